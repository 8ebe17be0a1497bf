package app.rodmena.auth.cli;

import app.rodmena.auth.events.CallContext;
import app.rodmena.auth.events.PoolEvent;
import app.rodmena.auth.events.PoolEventKind;
import app.rodmena.auth.events.PoolEvents;
import app.rodmena.auth.events.PoolInterceptors;
import app.rodmena.auth.events.PoolListener;
import app.rodmena.auth.pool.Pool;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.queueing.OfferedLoad;
import app.rodmena.auth.queueing.QueueModel;
import app.rodmena.auth.queueing.WaitDistribution;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

/**
 * Holds the model against a real pool before a real PostgreSQL, whose connections are used to sleep. For one thread.
 */
final class ModelCheck implements AutoCloseable {
    static final double MEAN_USE_SECONDS = 0.020;

    private static final CallContext CALLER = CallContext.named("capacity --check-model");

    private final int connections;
    private final Duration each;
    private final PoolEvents events = new PoolEvents();
    private final Pool pool;

    /** What came out: the queue as it was measured and as the adviser would see it, and the waits there were. */
    record Outcome(LoadPoint point, QueueModel queue, WaitDistribution measured) {}

    /**
     * Opens the pool.
     *
     * @param each how long each load lasts
     */
    ModelCheck(DatabaseTarget database, int connections, Duration each) {
        this.connections = connections;
        this.each = each;
        this.pool = new Pool(
                "model",
                PoolSettings.DEFAULT.withSize(connections, 0).withMaxWaiting(1_000_000),
                new SleepingConnectionSource(database),
                events,
                new PoolInterceptors());
    }

    /** Opens every connection, so that no load waits for that. */
    void warmUp() throws InterruptedException, ExecutionException {
        List<CompletableFuture<?>> asleep = new ArrayList<>();
        for (int i = 0; i < 3 * connections; i++) {
            asleep.add(use(10 * MEAN_USE_SECONDS));
        }
        await(asleep);
    }

    /** Puts one load on the pool, and waits until everybody was served. */
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

    /** Waits and uses, as the pool's events tell them. Thread-safe. */
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
            OfferedLoad load = OfferedLoad.independent(perSecond, mean, variance / (mean * mean));
            return new Outcome(
                    point,
                    new QueueModel(connections, load),
                    WaitDistribution.of(waits.stream().mapToDouble(wait -> wait).toArray()));
        }
    }
}
