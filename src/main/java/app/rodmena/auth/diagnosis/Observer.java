package app.rodmena.auth.diagnosis;

import app.rodmena.auth.activity.ActivityQuery;
import app.rodmena.auth.activity.PostgresSnapshot;
import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.database.FailureKind;
import app.rodmena.auth.database.Monitor;
import app.rodmena.auth.database.RecentFailures;
import app.rodmena.auth.events.PoolEventKind;
import app.rodmena.auth.metrics.Metrics;
import app.rodmena.auth.metrics.PoolTimes;
import app.rodmena.auth.pool.ConnectionView;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** Observes the pool, then PostgreSQL, then the pool again. Not thread-safe. */
final class Observer {
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    /** The minimum time in use for a stack trace, because taking one pauses the thread briefly. */
    private static final Duration LONG_ENOUGH_FOR_A_STACK = Duration.ofMillis(200);

    private static final long LEAST_NANOS_TO_MEASURE = Duration.ofMillis(500).toNanos();

    private final DatabaseEngine engine;
    private final PoolTimes times;
    private final ActivityQuery activity;
    private final Function<FailureKind, Optional<String>> incidents;
    private Optional<PostgresSnapshot> lastSeen = Optional.empty();
    private long checkins;
    private long countedNanos = System.nanoTime();
    private double perSecond;

    /** @param incidents finds the incident that explains failures of a kind */
    Observer(
            DatabaseEngine engine,
            Metrics metrics,
            ActivityQuery activity,
            Function<FailureKind, Optional<String>> incidents) {
        this.incidents = incidents;
        this.engine = engine;
        this.times = metrics.pool();
        this.activity = activity;
        this.checkins = engine.events().count(PoolEventKind.CHECKIN);
    }

    /** An observation of the pool only. Does not block. */
    Observation withoutPostgres() {
        PoolFacts facts = PoolFacts.of(engine);
        return observed(facts, facts, Optional.empty(), "it was not asked", Map.of(), Map.of());
    }

    Observation observe() throws InterruptedException {
        PoolFacts before = PoolFacts.of(engine);
        Optional<PostgresSnapshot> view = Optional.empty();
        String silence = "";
        if (engine.availability().keptBack()) {
            silence = "the pooler keeps the monitor's statements back";
        } else if (engine.monitor().outage().filter(Monitor.Outage::tried).isEmpty()) {
            try {
                view = Optional.of(ask());
                lastSeen = view;
            } catch (ExecutionException e) {
                silence = String.valueOf(e.getCause().getMessage());
            } catch (TimeoutException e) {
                silence = "no answer within " + Formats.time(PATIENCE);
            }
        }
        Map<Integer, List<StackTraceElement>> stacks = new HashMap<>();
        Map<Integer, List<StackTraceElement>> checkoutStacks = new HashMap<>();
        for (ConnectionView connection : before.connections()) {
            connection.use().filter(use -> isLong(before, use)).ifPresent(use -> {
                stacks.put(connection.id(), use.stacks().now());
                checkoutStacks.put(connection.id(), use.stacks().atCheckout());
            });
        }
        PoolFacts after = PoolFacts.of(engine);
        // A thread that returned its connection in between may have been at other work when its stack was taken.
        stacks.keySet().removeIf(id -> !isSameUse(before, after, id));
        checkoutStacks.keySet().removeIf(id -> !isSameUse(before, after, id));
        return observed(before, after, view, silence, stacks, checkoutStacks);
    }

    private PostgresSnapshot ask() throws InterruptedException, ExecutionException, TimeoutException {
        return engine.monitor().submit(activity).toCompletableFuture().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }

    private Observation observed(
            PoolFacts before,
            PoolFacts after,
            Optional<PostgresSnapshot> view,
            String silence,
            Map<Integer, List<StackTraceElement>> stacks,
            Map<Integer, List<StackTraceElement>> checkoutStacks) {
        Optional<Monitor.Outage> outage =
                view.isPresent() ? Optional.empty() : engine.monitor().outage();
        return new Observation(
                before,
                after,
                view,
                view.isPresent() ? Optional.empty() : lastSeen,
                silence,
                outage,
                engine.availability(),
                stacks,
                checkoutStacks,
                engine.monitor().backendPid() != 0,
                pace(),
                engine.recentFailures().recent().stream().map(this::explained).toList(),
                engine.role(),
                engine.database());
    }

    private RecentFailure explained(RecentFailures.Recent recent) {
        return new RecentFailure(
                recent.kind(), recent.count(), recent.ago(), recent.message(), incidents.apply(recent.kind()));
    }

    private static boolean isLong(PoolFacts facts, ConnectionView.Use use) {
        return Duration.between(use.since(), facts.at()).compareTo(LONG_ENOUGH_FOR_A_STACK) >= 0;
    }

    private static boolean isSameUse(PoolFacts before, PoolFacts after, int id) {
        return before.connection(id)
                        .map(ConnectionView::checkouts)
                        .equals(after.connection(id).map(ConnectionView::checkouts))
                && after.connection(id).flatMap(ConnectionView::use).isPresent();
    }

    private Throughput pace() {
        long now = System.nanoTime();
        if (now - countedNanos >= LEAST_NANOS_TO_MEASURE) {
            long counted = engine.events().count(PoolEventKind.CHECKIN);
            perSecond = (counted - checkins) * 1e9 / (now - countedNanos);
            checkins = counted;
            countedNanos = now;
        }
        return new Throughput(
                perSecond, times.uses().median(), times.creations().median());
    }
}
