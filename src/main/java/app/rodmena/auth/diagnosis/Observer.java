package app.rodmena.auth.diagnosis;

import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.database.Monitor;
import app.rodmena.auth.database.activity.ActivityQuery;
import app.rodmena.auth.database.activity.PostgresSnapshot;
import app.rodmena.auth.diagnosis.Observation.CapturedStacks;
import app.rodmena.auth.diagnosis.PlanWatch.StatementPlan;
import app.rodmena.auth.metrics.Metrics;
import app.rodmena.auth.metrics.PoolHistory;
import app.rodmena.auth.metrics.PoolHistory.PoolSecond;
import app.rodmena.auth.metrics.PoolTimes;
import app.rodmena.auth.pool.ConnectionView;
import app.rodmena.auth.pool.event.PoolEventKind;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Observes the pool, then PostgreSQL, then the pool again. Not thread-safe. */
final class Observer {
    private static final Duration QUERY_TIMEOUT = Duration.ofSeconds(1);

    /** A query can take this time only if the process was suspended. */
    private static final long PAUSE_NANOS = 2 * QUERY_TIMEOUT.toNanos();

    /** The minimum time in use for a stack trace, because taking one pauses the thread briefly. */
    private static final Duration MIN_USE_FOR_STACK = Duration.ofMillis(200);

    private static final long MIN_RATE_NANOS = Duration.ofMillis(500).toNanos();

    private final DatabaseEngine engine;
    private final PoolTimes times;
    private final PoolHistory history;
    private final ActivityQuery activity;
    private final ConnectionRate connectionRate = new ConnectionRate();
    private final StatementWaits statementWaits = new StatementWaits();
    private final PlanWatch plans;
    private Optional<PostgresSnapshot> lastSeen = Optional.empty();
    private long checkins;
    private long checkinsReadNanos = System.nanoTime();
    private double perSecond;

    Observer(DatabaseEngine engine, Metrics metrics, ActivityQuery activity) {
        this.engine = engine;
        this.times = metrics.pool();
        this.history = metrics.history();
        this.activity = activity;
        this.plans = new PlanWatch(engine.monitor());
        this.checkins = engine.events().count(PoolEventKind.CHECKIN);
    }

    /** An observation of the pool only. Does not block. */
    Observation withoutPostgres() {
        PoolObservation pool = PoolObservation.of(engine);
        return observation(pool, pool, Optional.empty(), "not queried", Map.of());
    }

    Observation observe() throws InterruptedException {
        PoolObservation before = PoolObservation.of(engine);
        Optional<PostgresSnapshot> view = Optional.empty();
        String missingReason = "";
        if (engine.availability().keptBack()) {
            missingReason = "the pooler delays the monitor's statements";
        } else if (engine.monitor().outage().filter(Monitor.Outage::tried).isEmpty()) {
            try {
                view = Optional.of(queryActivity());
                lastSeen = view;
            } catch (ExecutionException e) {
                missingReason = String.valueOf(e.getCause().getMessage());
            } catch (TimeoutException e) {
                missingReason = "no answer within " + Formats.time(QUERY_TIMEOUT);
            }
        }
        Map<Integer, CapturedStacks> stacks = new HashMap<>();
        for (ConnectionView connection : before.connections()) {
            connection
                    .use()
                    .filter(use -> use.heldFor().compareTo(MIN_USE_FOR_STACK) >= 0)
                    .map(ConnectionView.Use::stacks)
                    .ifPresent(use -> stacks.put(connection.id(), new CapturedStacks(use.now(), use.atCheckout())));
        }
        PoolObservation after = PoolObservation.of(engine);
        view.ifPresent(seen -> plans.ask(after, seen));
        // A thread that returned its connection in between may have been at other work when its stack was taken.
        stacks.keySet().removeIf(id -> !isSameUse(before, after, id));
        return observation(before, after, view, missingReason, stacks);
    }

    private PostgresSnapshot queryActivity() throws InterruptedException, ExecutionException, TimeoutException {
        long started = System.nanoTime();
        try {
            return queryOnce();
        } catch (ExecutionException | TimeoutException e) {
            if (System.nanoTime() - started < PAUSE_NANOS) {
                throw e;
            }
            return queryOnce(); // The process was suspended meanwhile, so that PostgreSQL may well have answered.
        }
    }

    private PostgresSnapshot queryOnce() throws InterruptedException, ExecutionException, TimeoutException {
        return engine.monitor()
                .submit(activity)
                .toCompletableFuture()
                .get(QUERY_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    }

    private Observation observation(
            PoolObservation before,
            PoolObservation after,
            Optional<PostgresSnapshot> view,
            String missingReason,
            Map<Integer, CapturedStacks> stacks) {
        Optional<Monitor.Outage> outage =
                view.isPresent() ? Optional.empty() : engine.monitor().outage();
        return new Observation(
                before,
                after,
                view,
                view.isPresent() ? Optional.empty() : lastSeen,
                missingReason,
                outage,
                engine.availability(),
                stacks,
                engine.monitor().backendPid() != 0,
                throughput(),
                history.latestPause().map(PoolSecond::pauseText),
                view.flatMap(seen ->
                        connectionRate.add(seen, engine.events().count(PoolEventKind.CONNECT), System.nanoTime())),
                view.map(seen -> statementWaits.add(after, seen)).orElse(Map.of()),
                plansOf(after),
                engine.recentFailures().recent(),
                engine.role(),
                engine.database());
    }

    private Map<Integer, StatementPlan> plansOf(PoolObservation pool) {
        Map<Integer, StatementPlan> known = new HashMap<>();
        pool.connections()
                .forEach(connection ->
                        plans.planOf(connection.lastSql()).ifPresent(plan -> known.put(connection.id(), plan)));
        return known;
    }

    private static boolean isSameUse(PoolObservation before, PoolObservation after, int id) {
        return before.connection(id)
                        .map(ConnectionView::checkouts)
                        .equals(after.connection(id).map(ConnectionView::checkouts))
                && after.connection(id).flatMap(ConnectionView::use).isPresent();
    }

    private Observation.Throughput throughput() {
        long now = System.nanoTime();
        if (now - checkinsReadNanos >= MIN_RATE_NANOS) {
            long total = engine.events().count(PoolEventKind.CHECKIN);
            perSecond = (total - checkins) * 1e9 / (now - checkinsReadNanos);
            checkins = total;
            checkinsReadNanos = now;
        }
        boolean saturated = history.latest().filter(PoolSecond::isSaturated).isPresent();
        return new Observation.Throughput(perSecond, times.uses().median(), saturated);
    }
}
