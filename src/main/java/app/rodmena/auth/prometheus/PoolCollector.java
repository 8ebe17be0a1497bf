package app.rodmena.auth.prometheus;

import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.events.PoolEventKind;
import app.rodmena.auth.events.PoolEvents;
import app.rodmena.auth.metrics.Distribution;
import app.rodmena.auth.metrics.Metrics;
import app.rodmena.auth.metrics.PoolTimes;
import app.rodmena.auth.metrics.TimingStatistics;
import app.rodmena.auth.pool.PoolSnapshot;
import app.rodmena.auth.pool.PoolView;
import app.rodmena.auth.prometheus.ScrapeBuilder.Spread;
import app.rodmena.auth.prometheus.ScrapeBuilder.Valued;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.Arrays;
import java.util.stream.Stream;

/** Metrics of the pool: under Micrometer's names for HikariCP, and under ours where Micrometer has none. */
final class PoolCollector {
    private final DatabaseEngine engine;
    private final PoolTimes times;
    private final Labels labels;

    PoolCollector(DatabaseEngine engine, Metrics metrics, Labels common) {
        this.engine = engine;
        this.times = metrics.pool();
        this.labels = common.add("pool", "auth");
    }

    void addTo(ScrapeBuilder gathering) {
        PoolView view = engine.view();
        micrometers(gathering, view.numbers());
        ours(gathering, view);
        events(gathering, engine.events());
    }

    private void micrometers(ScrapeBuilder gathering, PoolSnapshot pool) {
        gathering.gauge("hikaricp_connections", "Open connections", labels, pool.totalConnections());
        gathering.gauge("hikaricp_connections_active", "Checked-out connections", labels, pool.checkedOut());
        gathering.gauge("hikaricp_connections_idle", "Idle connections", labels, pool.idle());
        gathering.gauge("hikaricp_connections_pending", "Callers waiting for a connection", labels, pool.waiting());
        gathering.gauge(
                "hikaricp_connections_max",
                "Maximum connections: pool_size + max_overflow",
                labels,
                pool.poolSize() + pool.maxOverflow());
        gathering.gauge("hikaricp_connections_min", "Connections kept open: pool_size", labels, pool.poolSize());
        times(
                gathering,
                "acquire",
                "Wait from arrival to a connection or to the failure; for a batch, its longest wait",
                times.waitsSinceStart());
        most(gathering, "acquire", times.waits());
        times(gathering, "usage", "Time from checkout to checkin", times.usesSinceStart());
        most(gathering, "usage", times.uses());
        times(gathering, "creation", "Time to open a connection", times.creationsSinceStart());
        most(gathering, "creation", times.creations());
        gathering.counter(
                "hikaricp_connections_timeout",
                "Waits that ended without a connection",
                labels,
                engine.events().count(PoolEventKind.TIMEOUT));
    }

    private void times(ScrapeBuilder gathering, String name, String help, Distribution distribution) {
        gathering.times("hikaricp_connections_" + name + "_seconds", help, Stream.of(new Spread(labels, distribution)));
    }

    private void most(ScrapeBuilder gathering, String name, TimingStatistics recent) {
        gathering.gauge(
                "hikaricp_connections_" + name + "_seconds_max",
                "Maximum of the last minute",
                labels,
                ScrapeBuilder.seconds(recent.most()));
    }

    private void ours(ScrapeBuilder gathering, PoolView view) {
        PoolSnapshot pool = view.numbers();
        gathering.gauge("auth_pool_size", "The current pool_size", labels, pool.poolSize());
        gathering.gauge("auth_pool_max_overflow", "The current max_overflow", labels, pool.maxOverflow());
        gathering.gauge("auth_pool_overflow", "Open connections beyond pool_size", labels, pool.overflow());
        gathering.gauge(
                "auth_pool_utilisation",
                "Share of the maximum that is checked out, 0 to 1: checked_out / (pool_size + max_overflow)",
                labels,
                pool.utilisation());
        gathering.gauge("auth_pool_waiting", "Callers waiting for a connection", labels, pool.waiting());
        gathering.gauge(
                "auth_pool_oldest_waiter_seconds",
                "Longest current wait",
                labels,
                ScrapeBuilder.seconds(view.oldestWait()));
        gathering.gauge(
                "auth_pool_suspended", "1 while the pool is suspended by an operator", labels, bit(view.suspended()));
    }

    private void events(ScrapeBuilder gathering, PoolEvents events) {
        gathering.counter(
                "auth_pool_events",
                "The pool's events by kind",
                Arrays.stream(PoolEventKind.values())
                        .map(kind -> new Valued(labels.add("kind", kind.wireName()), events.count(kind))));
        gathering.counter(
                "auth_pool_callers_served",
                "Callers that were served, alone or in a batch",
                labels,
                events.callersServed());
        gathering.counter(
                "auth_pool_listener_failures",
                "Failures of listeners to the pool's events",
                labels,
                events.listenerFailures());
        // The ends of leaks are read before their starts, so that the difference is never negative.
        long over = events.count(PoolEventKind.LEAK_RETURNED) + events.count(PoolEventKind.LEAK_RECLAIMED);
        gathering.gauge(
                "auth_pool_leaks",
                "Connections checked out for longer than leak_threshold",
                labels,
                events.count(PoolEventKind.LEAK_SUSPECTED) - over);
    }

    private static int bit(boolean yes) {
        return yes ? 1 : 0;
    }
}
