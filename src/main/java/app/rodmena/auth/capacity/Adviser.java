package app.rodmena.auth.capacity;

import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.metrics.Metrics;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.queueing.Load;
import app.rodmena.auth.queueing.QueueModel;
import java.time.Duration;
import java.util.Optional;

/**
 * Computes sizing advice and forecasts from the pool's own measurements with {@link QueueModel}. Sends no query.
 * Thread-safe.
 */
public final class Adviser {
    public static final int MOST_WORKERS = 10_000;

    /** Maximum of {@code poolSize} in {@link #whatIf}. */
    public static final int MOST_CONNECTIONS = 2 * PoolSettings.MOST_CONNECTIONS;

    public static final int MOST_REQUESTS_PER_SECOND = 1_000_000_000;

    private final DatabaseEngine engine;
    private final Metrics metrics;
    private final FleetWatch fleet;
    private final Duration waitTarget;

    public Adviser(DatabaseEngine engine, Metrics metrics, FleetWatch fleet, Duration waitTarget) {
        this.engine = engine;
        this.metrics = metrics;
        this.fleet = fleet;
        this.waitTarget = waitTarget;
    }

    /** Returns the advice for the current pool; empty if the last minute has too few checkouts. */
    public Optional<Advice> advise() {
        return Evidence.of(metrics)
                .map(evidence -> Advice.of(evidence, engine.settings().maximum(), waitTarget));
    }

    /** The current maximum of the pool. */
    public int poolMaximum() {
        return engine.settings().maximum();
    }

    /**
     * Returns a forecast for another fleet.
     *
     * @param workers number of processes, 1 to 10,000
     * @param poolSize maximum connections of each process, overflow included, 1 to 2,000
     * @param requestsPerSecond load on all processes together. The forecast assumes the requests per checkout of the
     *     last minute, which is pessimistic because batches grow with the load
     * @return empty if the last minute has too few checkouts
     * @throws IllegalArgumentException if a number is out of range; the message names it and the range
     */
    public Optional<WhatIf> whatIf(int workers, int poolSize, double requestsPerSecond) {
        require("workers", workers, 1, MOST_WORKERS);
        require("poolSize", poolSize, 1, MOST_CONNECTIONS);
        require("requestsPerSecond", requestsPerSecond, 0, MOST_REQUESTS_PER_SECOND);
        return Evidence.of(metrics).map(evidence -> {
            double checkoutsPerWorker = requestsPerSecond / evidence.requestsPerCheckout() / workers;
            Load load = evidence.load().withPerSecond(checkoutsPerWorker);
            QueueModel queue = new QueueModel(poolSize, load);
            return new WhatIf(
                    new Demand(workers, poolSize, 0),
                    requestsPerSecond,
                    Expectation.of(queue),
                    queue.saturation() * workers,
                    fleet.latest().map(seen -> seen.limits().room()));
        });
    }

    /** The explanation why there is no advice. */
    public static String tooLittle() {
        return "fewer than %s connections were used in the last minute: too few for advice"
                .formatted(Evidence.LEAST_USES);
    }

    private static void require(String name, Number value, int least, int most) {
        if (!(value.doubleValue() >= least && value.doubleValue() <= most)) {
            throw new IllegalArgumentException("%s: %s; must be %s to %s".formatted(name, value, least, most));
        }
    }
}
