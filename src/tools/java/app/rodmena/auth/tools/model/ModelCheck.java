package app.rodmena.auth.tools.model;

import app.rodmena.auth.capacity.QueueModel;
import app.rodmena.auth.capacity.QueueModel.OfferedLoad;
import app.rodmena.auth.cli.PlanCommand;
import app.rodmena.auth.pool.Pool;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.pool.event.PoolEvent;
import app.rodmena.auth.pool.event.PoolEventKind;
import app.rodmena.auth.pool.event.PoolEvents;
import app.rodmena.auth.pool.event.PoolInterceptors;
import app.rodmena.auth.pool.event.PoolListener;
import app.rodmena.auth.postgres.Connector;
import app.rodmena.auth.postgres.DatabaseTarget;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

/** Compares the model with a real pool on a real PostgreSQL; the pool's connections run pg_sleep. Not thread-safe. */
final class ModelCheck implements AutoCloseable {
    static final double MEAN_USE_SECONDS = 0.020;

    private static final CallContext CALLER = CallContext.named("capacity --check-model");

    private final int connections;
    private final Duration each;
    private final PoolEvents events = new PoolEvents();
    private final Pool pool;

    /**
     * The result of one load: the queue model with the measured load, as the adviser builds it, and the measured waits.
     */
    record Outcome(LoadPoint point, QueueModel queue, WaitDistribution measured) {}

    /** @param each the duration of each load */
    ModelCheck(DatabaseTarget database, int connections, Duration each) {
        this.connections = connections;
        this.each = each;
        this.pool = new Pool(
                "model",
                PlanCommand.APPLICATION,
                PoolSettings.DEFAULT.withSize(connections, 0).with(draft -> draft.maxWaiting = 1_000_000),
                new Connector(database),
                events,
                new PoolInterceptors());
    }

    /** Opens all connections, so that no measured wait includes an open. */
    void warmUp() throws InterruptedException, ExecutionException {
        List<CompletableFuture<?>> asleep = new ArrayList<>();
        for (int i = 0; i < 3 * connections; i++) {
            asleep.add(use(10 * MEAN_USE_SECONDS));
        }
        await(asleep);
    }

    /** Runs one load on the pool, and waits until all its requests are served. */
    Outcome measure(LoadPoint point) throws InterruptedException, ExecutionException {
        Seen seen = new Seen();
        DoubleSupplier gaps = point.gaps(connections, MEAN_USE_SECONDS);
        DoubleSupplier uses = point.uses(MEAN_USE_SECONDS);
        List<CompletableFuture<?>> asleep = new ArrayList<>();
        events.add(seen);
        try {
            long start = System.nanoTime();
            long due = start;
            while (due - start < each.toNanos()) {
                due += (long) (gaps.getAsDouble() * 1e9);
                TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
                for (int i = 0; i < point.bunch(); i++) {
                    asleep.add(use(uses.getAsDouble()));
                }
            }
            await(asleep);
            return seen.outcome(point, connections, asleep.size() * 1e9 / (due - start));
        } finally {
            events.remove(seen);
        }
    }

    private CompletableFuture<?> use(double seconds) {
        return pool.call(CALLER, connection -> {
                    try (var sleep = connection.prepareStatement("""
                            /* capacity.sleep */
                            select pg_sleep(?)
                            """)) {
                        sleep.setDouble(1, seconds);
                        return sleep.execute();
                    }
                })
                .toCompletableFuture();
    }

    private static void await(List<CompletableFuture<?>> all) throws InterruptedException, ExecutionException {
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get();
    }

    @Override
    public void close() {
        pool.close(Duration.ofSeconds(1));
    }

    /** Collects waits and use times, in seconds, from the pool's events. Thread-safe. */
    private static final class Seen implements PoolListener {
        private final List<Double> waits = new ArrayList<>();
        private final List<Double> uses = new ArrayList<>();

        @Override
        public synchronized void onEvent(PoolEvent event) {
            double seconds = event.took().toNanos() / 1e9;
            if (event.kind() == PoolEventKind.CHECKOUT) {
                waits.add(seconds);
            } else if (event.kind() == PoolEventKind.CHECKIN) {
                uses.add(seconds);
            }
        }

        synchronized Outcome outcome(LoadPoint point, int connections, double perSecond) {
            double mean = uses.stream().mapToDouble(use -> use).average().orElseThrow();
            double variance = uses.stream()
                    .mapToDouble(use -> (use - mean) * (use - mean))
                    .average()
                    .orElseThrow();
            OfferedLoad load = new OfferedLoad(perSecond, mean, variance / (mean * mean));
            return new Outcome(
                    point,
                    new QueueModel(connections, load),
                    WaitDistribution.of(waits.stream().mapToDouble(wait -> wait).toArray()));
        }
    }

    /**
     * One load with which the model is compared.
     *
     * @param what the description
     * @param utilisation the offered load as a share of the connections, to the accuracy of pg_sleep
     * @param bunch the number of simultaneous arrivals
     * @param variation the squared coefficient of variation of the use times: 0 for constant times, else at least 1
     */
    record LoadPoint(String what, double utilisation, int bunch, double variation) {
        private static final long SEED = 7;

        /**
         * First the loads that meet the model's assumptions, up to a utilisation of 0.95; then loads that violate them.
         */
        static final List<LoadPoint> ALL = List.of(
                new LoadPoint("independent, exponential", 0.3, 1, 1),
                new LoadPoint("independent, exponential", 0.5, 1, 1),
                new LoadPoint("independent, exponential", 0.7, 1, 1),
                new LoadPoint("independent, exponential", 0.8, 1, 1),
                new LoadPoint("independent, exponential", 0.9, 1, 1),
                new LoadPoint("independent, exponential", 0.95, 1, 1),
                new LoadPoint("all uses alike", 0.8, 1, 0),
                new LoadPoint("few long uses", 0.8, 1, 4),
                new LoadPoint("in bunches of 5", 0.7, 5, 1),
                new LoadPoint("more than it can do", 1.05, 1, 1));

        /** The seconds between bunches, for this number of connections and this mean use time in seconds. */
        DoubleSupplier gaps(int connections, double meanSeconds) {
            return RandomDurations.exponential(bunch * meanSeconds / (utilisation * connections), SEED);
        }

        DoubleSupplier uses(double meanSeconds) {
            if (variation == 0) {
                return RandomDurations.constant(meanSeconds);
            }
            return variation == 1
                    ? RandomDurations.exponential(meanSeconds, SEED + 1)
                    : RandomDurations.mixed(meanSeconds, variation, SEED + 1);
        }
    }
}
