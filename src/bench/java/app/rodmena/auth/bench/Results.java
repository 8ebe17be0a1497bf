package app.rodmena.auth.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/** All measurements, with medians and ranges over the rounds. */
final class Results {
    private final List<Measurement> measurements = new ArrayList<>();

    /** Minimum, median and maximum. */
    record Spread(double min, double median, double max) {
        static Spread of(double[] numbers) {
            double[] sorted = numbers.clone();
            Arrays.sort(sorted);
            int middle = sorted.length / 2;
            double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
            return new Spread(sorted[0], median, sorted[sorted.length - 1]);
        }

        static <T> Spread of(Collection<T> values, ToDoubleFunction<? super T> number) {
            return of(values.stream().mapToDouble(number).toArray());
        }

        /** The median and the range, with these decimals. */
        String text(int decimals) {
            String number = "%." + decimals + "f";
            return (number + " (" + number + "–" + number + ")").formatted(median, min, max);
        }
    }

    void add(Measurement measurement) {
        measurements.add(measurement);
    }

    List<Measurement> all() {
        return List.copyOf(measurements);
    }

    List<Measurement> of(ContenderKind kind, int clients) {
        return measurements.stream()
                .filter(measurement -> measurement.kind() == kind && measurement.clients() == clients)
                .toList();
    }

    Spread spread(ContenderKind kind, int clients, ToDoubleFunction<Measurement> number) {
        return Spread.of(of(kind, clients), number);
    }

    /**
     * The ratio of two contenders: the median of the ratios per round, because a temporary slowdown of the machine
     * affects both.
     */
    OptionalDouble ratio(ContenderKind kind, ContenderKind other, int clients, ToDoubleFunction<Measurement> number) {
        double[] ratios = of(kind, clients).stream()
                .flatMap(measurement -> sameRound(measurement, other)
                        .map(peer -> number.applyAsDouble(measurement) / number.applyAsDouble(peer))
                        .stream())
                .mapToDouble(Double::doubleValue)
                .toArray();
        return ratios.length == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(Spread.of(ratios).median());
    }

    private Optional<Measurement> sameRound(Measurement measurement, ContenderKind other) {
        return of(other, measurement.clients()).stream()
                .filter(peer -> peer.round() == measurement.round())
                .findFirst();
    }
}
