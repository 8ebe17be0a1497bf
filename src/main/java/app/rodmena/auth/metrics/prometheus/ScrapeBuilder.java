package app.rodmena.auth.metrics.prometheus;

import app.rodmena.auth.common.WireNamed;
import app.rodmena.auth.metrics.Distribution;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/** Collects the metrics of one scrape. Not thread-safe. */
final class ScrapeBuilder {
    private static final double[] UPPER_BOUNDS = DoubleStream.concat(
                    Distribution.BOUNDS.stream().mapToDouble(ScrapeBuilder::seconds),
                    DoubleStream.of(Double.POSITIVE_INFINITY))
            .toArray();

    private final List<MetricSnapshot> metrics = new ArrayList<>();

    /** A value and its labels. */
    record LabelledValue(Labels labels, Number value) {
        /** A value for each constant of an enum, whose name is a further label. */
        static <E extends Enum<E>> Stream<LabelledValue> each(
                Labels labels, String label, Class<E> type, Function<E, Number> value) {
            return Arrays.stream(type.getEnumConstants()).map(constant -> {
                String name = constant instanceof WireNamed named ? named.wireName() : constant.name();
                return new LabelledValue(labels.add(label, name), value.apply(constant));
            });
        }
    }

    /** A distribution and its labels. */
    record LabelledTimes(Labels labels, Distribution times) {}

    void gauge(String name, String help, Labels labels, Number value) {
        gauge(name, help, Stream.of(new LabelledValue(labels, value)));
    }

    void gauge(String name, String help, Stream<LabelledValue> values) {
        metrics.add(new GaugeSnapshot(
                new MetricMetadata(name, help),
                values.map(each -> new GaugeDataPointSnapshot(each.value().doubleValue(), each.labels(), null))
                        .toList()));
    }

    /** Adds a counter; {@code _total} is appended to its name. */
    void counter(String name, String help, Labels labels, Number value) {
        counter(name, help, Stream.of(new LabelledValue(labels, value)));
    }

    void counter(String name, String help, Stream<LabelledValue> values) {
        metrics.add(new CounterSnapshot(
                new MetricMetadata(name, help),
                values.map(each -> new CounterDataPointSnapshot(each.value().doubleValue(), each.labels(), null, 0))
                        .toList()));
    }

    /** Adds histograms of durations, in seconds. */
    void times(String name, String help, Stream<LabelledTimes> distributions) {
        metrics.add(new HistogramSnapshot(
                new MetricMetadata(name, help),
                distributions.map(ScrapeBuilder::point).toList()));
    }

    MetricSnapshots all() {
        return new MetricSnapshots(metrics);
    }

    static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    private static HistogramDataPointSnapshot point(LabelledTimes distribution) {
        Number[] counts = distribution.times().counts().toArray(Number[]::new);
        return new HistogramDataPointSnapshot(
                ClassicHistogramBuckets.of(UPPER_BOUNDS, counts),
                seconds(distribution.times().sum()),
                distribution.labels(),
                null,
                0);
    }
}
