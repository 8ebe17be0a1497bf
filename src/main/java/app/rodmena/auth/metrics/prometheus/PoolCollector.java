package app.rodmena.auth.metrics.prometheus;

import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.database.FailureKind;
import app.rodmena.auth.metrics.Distribution;
import app.rodmena.auth.metrics.Metrics;
import app.rodmena.auth.metrics.PoolTimes;
import app.rodmena.auth.metrics.TimingRecorder;
import app.rodmena.auth.metrics.prometheus.ScrapeBuilder.LabelledTimes;
import app.rodmena.auth.metrics.prometheus.ScrapeBuilder.LabelledValue;
import app.rodmena.auth.pool.PoolView;
import app.rodmena.auth.pool.QueueOutcomes;
import app.rodmena.auth.pool.event.PoolEventKind;
import app.rodmena.auth.pool.event.PoolEvents;
import app.rodmena.auth.schema.RecordSchema;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Metrics of the pool: Micrometer's names for HikariCP, names with {@code auth_pool_} where it has none, and beside
 * them the names of OpenTelemetry's semantic conventions, as its exporters for Prometheus write them.
 */
final class PoolCollector {
    private static final String OPEN_TELEMETRY = "db_client_connection_";

    private final DatabaseEngine engine;
    private final PoolTimes times;
    private final Labels labels;
    private final Labels openTelemetryLabels;

    /**
     * @param labels the labels of the pool
     * @param common the labels of all metrics
     */
    PoolCollector(DatabaseEngine engine, Metrics metrics, Labels labels, Labels common) {
        this.engine = engine;
        this.times = metrics.pool();
        this.labels = labels;
        this.openTelemetryLabels = common.add(OPEN_TELEMETRY + "pool_name", "auth");
    }

    void addTo(ScrapeBuilder scrape) {
        PoolView view = engine.pool().view();
        gauges(scrape, view);
        openTelemetryGauges(scrape, view);
        times(scrape);
        events(scrape, engine.events());
    }

    private void gauges(ScrapeBuilder scrape, PoolView view) {
        for (RecordSchema.Field field : RecordSchema.of(PoolView.class).fields()) {
            if (field.isNumeric()) {
                field.prometheusNames("auth_pool_")
                        .forEach(name -> scrape.gauge(name, field.description(), labels, number(field, view)));
            }
        }
    }

    /** The states of a number are values of one metric. */
    private void openTelemetryGauges(ScrapeBuilder scrape, PoolView view) {
        Map<String, List<RecordSchema.Field>> byName = RecordSchema.of(PoolView.class).fields().stream()
                .filter(field -> !field.openTelemetryName().isEmpty())
                .collect(Collectors.groupingBy(
                        RecordSchema.Field::openTelemetryName, LinkedHashMap::new, Collectors.toList()));
        byName.forEach((name, fields) -> scrape.gauge(
                name.replace('.', '_'),
                fields.stream().map(RecordSchema.Field::description).collect(Collectors.joining("; ")),
                fields.stream().map(field -> new LabelledValue(openTelemetryLabels(field), number(field, view)))));
    }

    private Labels openTelemetryLabels(RecordSchema.Field field) {
        String state = field.metricName().openTelemetryState();
        return state.isEmpty() ? openTelemetryLabels : openTelemetryLabels.add(OPEN_TELEMETRY + "state", state);
    }

    private static double number(RecordSchema.Field field, PoolView view) {
        Object value = field.of(view);
        if (value instanceof Boolean flag) {
            return flag ? 1 : 0;
        }
        double number = ((Number) value).doubleValue();
        return field.unit().equals("milliseconds") ? number / 1_000 : number;
    }

    private void times(ScrapeBuilder scrape) {
        times(
                scrape,
                "acquire",
                "wait",
                "Wait from arrival to a connection or to the failure; for a batch, its longest wait",
                times.waitRecorder());
        times(scrape, "usage", "use", "Time from checkout to checkin", times.useRecorder());
        times(scrape, "creation", "create", "Time to open a connection", times.creationRecorder());
        long timeouts = engine.events().count(PoolEventKind.TIMEOUT);
        String help = "Waits that ended without a connection";
        scrape.counter("hikaricp_connections_timeout", help, labels, timeouts);
        scrape.counter(OPEN_TELEMETRY + "timeouts", help, openTelemetryLabels, timeouts);
    }

    private void times(
            ScrapeBuilder scrape, String name, String openTelemetryName, String help, TimingRecorder recorder) {
        String metric = "hikaricp_connections_" + name + "_seconds";
        Distribution sinceStart = recorder.sinceStart();
        scrape.times(metric, help, Stream.of(new LabelledTimes(labels, sinceStart)));
        scrape.times(
                OPEN_TELEMETRY + openTelemetryName + "_time_seconds",
                help,
                Stream.of(new LabelledTimes(openTelemetryLabels, sinceStart)));
        scrape.gauge(
                metric + "_max",
                "Maximum of the last minute",
                labels,
                ScrapeBuilder.seconds(recorder.statistics().max()));
    }

    private void events(ScrapeBuilder scrape, PoolEvents events) {
        scrape.counter(
                "auth_pool_events",
                "The pool's events by kind",
                LabelledValue.each(labels, "kind", PoolEventKind.class, events::count));
        QueueOutcomes outcomes = engine.pool().outcomes();
        scrape.counter("auth_pool_arrivals", "Callers that requested a connection", labels, outcomes.arrivals());
        scrape.counter(
                "auth_pool_outcomes",
                "Callers by outcome; with those that wait or have a connection, all arrivals",
                Stream.of(
                        outcome("served", outcomes.served()),
                        outcome("timeout", outcomes.timeouts()),
                        outcome("deadline", outcomes.deadlines()),
                        outcome("cancelled", outcomes.cancelled()),
                        outcome("rejected", outcomes.rejected()),
                        outcome("displaced", outcomes.displaced()),
                        outcome("shed", outcomes.shed()),
                        outcome("unavailable", outcomes.unavailable())));
        scrape.counter(
                "auth_pool_failures",
                "Failed requests and attempts to connect by kind",
                LabelledValue.each(labels, "kind", FailureKind.class, engine.recentFailures()::total));
        scrape.counter(
                "auth_pool_callers_served",
                "Callers that were served, alone or in a batch",
                labels,
                events.callersServed());
        scrape.counter(
                "auth_pool_listener_failures",
                "Failures of listeners to the pool's events",
                labels,
                events.listenerFailures());
        // The ends of leaks are read before their starts, so that the difference is never negative.
        long ended = events.count(PoolEventKind.LEAK_RETURNED) + events.count(PoolEventKind.LEAK_RECLAIMED);
        scrape.gauge(
                "auth_pool_leaks",
                "Connections checked out for longer than leak_threshold",
                labels,
                events.count(PoolEventKind.LEAK_SUSPECTED) - ended);
    }

    private LabelledValue outcome(String name, long count) {
        return new LabelledValue(labels.add("outcome", name), count);
    }
}
