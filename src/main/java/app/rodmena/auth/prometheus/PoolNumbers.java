package app.rodmena.auth.prometheus;

import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.events.PoolEventKind;
import app.rodmena.auth.events.PoolEvents;
import app.rodmena.auth.metrics.Distribution;
import app.rodmena.auth.metrics.Metrics;
import app.rodmena.auth.metrics.PoolTimes;
import app.rodmena.auth.metrics.Statistics;
import app.rodmena.auth.pool.PoolSnapshot;
import app.rodmena.auth.pool.PoolView;
import app.rodmena.auth.prometheus.Gathering.Spread;
import app.rodmena.auth.prometheus.Gathering.Valued;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.Arrays;
import java.util.stream.Stream;

/** The pool: once under Micrometer's names for HikariCP, and what these can't tell under ours. */
final class PoolNumbers {
    private final DatabaseEngine engine;
    private final PoolTimes times;
    private final Labels labels;

    PoolNumbers(DatabaseEngine engine, Metrics metrics, Labels common) {
        this.engine = engine;
        this.times = metrics.pool();
        this.labels = common.add("pool", "auth");
    }

    void addTo(Gathering gathering) {
        PoolView view = engine.view();
        micrometers(gathering, view.numbers());
        ours(gathering, view);
        events(gathering, engine.events());
    }

    private void micrometers(Gathering gathering, PoolSnapshot pool) {
        gathering.gauge("hikaricp_connections", "Connections open", labels, pool.totalConnections());
        gathering.gauge("hikaricp_connections_active", "Connections checked out", labels, pool.checkedOut());
        gathering.gauge("hikaricp_connections_idle", "Connections open and not in use", labels, pool.idle());
        gathering.gauge("hikaricp_connections_pending", "Callers that wait for a connection", labels, pool.waiting());
        gathering.gauge(
                "hikaricp_connections_max",
                "The most connections: pool_size + max_overflow",
                labels,
                pool.poolSize() + pool.maxOverflow());
        gathering.gauge("hikaricp_connections_min", "Connections kept once opened: pool_size", labels, pool.poolSize());
        times(
                gathering,
                "acquire",
                "From arrival to a connection, or to giving up; of callers who go together, the longest",
                times.waitsSinceStart());
        most(gathering, "acquire", times.waits());
        times(gathering, "usage", "From checkout to checkin", times.usesSinceStart());
        most(gathering, "usage", times.uses());
        times(gathering, "creation", "Opening a connection", times.creationsSinceStart());
        most(gathering, "creation", times.creations());
        gathering.counter(
                "hikaricp_connections_timeout",
                "Waits that ended without a connection",
                labels,
                engine.events().count(PoolEventKind.TIMEOUT));
    }

    private void times(Gathering gathering, String name, String help, Distribution distribution) {
        gathering.times("hikaricp_connections_" + name + "_seconds", help, Stream.of(new Spread(labels, distribution)));
    }

    private void most(Gathering gathering, String name, Statistics recent) {
        gathering.gauge(
                "hikaricp_connections_" + name + "_seconds_max",
                "The longest of the last minute",
                labels,
                Gathering.seconds(recent.most()));
    }

    private void ours(Gathering gathering, PoolView view) {
        PoolSnapshot pool = view.numbers();
        gathering.gauge("auth_pool_size", "pool_size as it holds now", labels, pool.poolSize());
        gathering.gauge("auth_pool_max_overflow", "max_overflow as it holds now", labels, pool.maxOverflow());
        gathering.gauge("auth_pool_overflow", "Connections open beyond pool_size", labels, pool.overflow());
        gathering.gauge(
                "auth_pool_utilisation",
                "Checked out of all there may be, 0 to 1: checked_out / (pool_size + max_overflow)",
                labels,
                pool.utilisation());
        gathering.gauge("auth_pool_waiting", "Callers that wait for a connection", labels, pool.waiting());
        gathering.gauge(
                "auth_pool_oldest_waiter_seconds",
                "How long the one has waited who waits longest",
                labels,
                Gathering.seconds(view.oldestWait()));
        gathering.gauge(
                "auth_pool_suspended", "1 while an operator makes everybody wait", labels, bit(view.suspended()));
    }

    private void events(Gathering gathering, PoolEvents events) {
        gathering.counter(
                "auth_pool_events",
                "What happened in the pool",
                Arrays.stream(PoolEventKind.values())
                        .map(kind -> new Valued(labels.add("kind", kind.wireName()), events.count(kind))));
        gathering.counter(
                "auth_pool_callers_served",
                "Callers that got a connection, alone or together with others",
                labels,
                events.callersServed());
        gathering.counter(
                "auth_pool_listener_failures",
                "How often a listener to the pool's events failed",
                labels,
                events.listenerFailures());
        // What ends a leak is read before what begins it, so that there is never less than none.
        long over = events.count(PoolEventKind.LEAK_RETURNED) + events.count(PoolEventKind.LEAK_RECLAIMED);
        gathering.gauge(
                "auth_pool_leaks",
                "Connections that are out for longer than leak_threshold",
                labels,
                events.count(PoolEventKind.LEAK_SUSPECTED) - over);
    }

    private static int bit(boolean yes) {
        return yes ? 1 : 0;
    }
}
