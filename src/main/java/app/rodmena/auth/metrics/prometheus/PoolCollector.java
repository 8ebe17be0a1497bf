package app.rodmena.auth.metrics.prometheus;

import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.database.FailureKind;
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
import java.util.Arrays;
import java.util.stream.Stream;

/** Metrics of the pool: Micrometer's names for HikariCP, and names with {@code auth_pool_} where it has none. */
final class PoolCollector {
    private final DatabaseEngine engine;
    private final PoolTimes times;
    private final Labels labels;

    PoolCollector(DatabaseEngine engine, Metrics metrics, Labels common) {
        this.engine = engine;
        this.times = metrics.pool();
        this.labels = common.add("pool", "auth");
    }

    void addTo(ScrapeBuilder scrape) {
        numbers(scrape, engine.pool().view());
        hikariTimes(scrape);
        events(scrape, engine.events());
    }

    private void numbers(ScrapeBuilder scrape, PoolView view) {
        for (RecordSchema.Field field : RecordSchema.of(PoolView.class).fields()) {
            if (field.isNumeric()) {
                field.prometheusNames("auth_pool_")
                        .forEach(name -> scrape.gauge(name, field.description(), labels, number(field, view)));
            }
        }
    }

    private static double number(RecordSchema.Field field, PoolView view) {
        Object value = field.of(view);
        if (value instanceof Boolean flag) {
            return flag ? 1 : 0;
        }
        double number = ((Number) value).doubleValue();
        return field.unit().equals("milliseconds") ? number / 1_000 : number;
    }

    private void hikariTimes(ScrapeBuilder scrape) {
        times(
                scrape,
                "acquire",
                "Wait from arrival to a connection or to the failure; for a batch, its longest wait",
                times.waitRecorder());
        times(scrape, "usage", "Time from checkout to checkin", times.useRecorder());
        times(scrape, "creation", "Time to open a connection", times.creationRecorder());
        scrape.counter(
                "hikaricp_connections_timeout",
                "Waits that ended without a connection",
                labels,
                engine.events().count(PoolEventKind.TIMEOUT));
    }

    private void times(ScrapeBuilder scrape, String name, String help, TimingRecorder recorder) {
        String metric = "hikaricp_connections_" + name + "_seconds";
        scrape.times(metric, help, Stream.of(new LabelledTimes(labels, recorder.sinceStart())));
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
                Arrays.stream(PoolEventKind.values())
                        .map(kind -> new LabelledValue(labels.add("kind", kind.wireName()), events.count(kind))));
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
                Arrays.stream(FailureKind.values())
                        .map(kind -> new LabelledValue(
                                labels.add("kind", kind.name()),
                                engine.recentFailures().total(kind))));
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
