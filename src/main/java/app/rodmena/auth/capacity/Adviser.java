package app.rodmena.auth.capacity;

import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.metrics.Metrics;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.queueing.Load;
import app.rodmena.auth.queueing.QueueModel;
import java.time.Duration;
import java.util.Optional;

/** Says what size a pool should have, from what it was seen to do. Stateless, thread-safe, asks nobody. */
public final class Adviser {
    public static final int MOST_WORKERS = 10_000;

    /** Of one pool. */
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

    /** Empty as long as the last minute showed too little. */
    public Optional<Advice> advise() {
        return Evidence.of(metrics)
                .map(evidence -> Advice.of(evidence, engine.settings().maximum(), waitTarget));
    }

    /** What the pool may open now. */
    public int poolMaximum() {
        return engine.settings().maximum();
    }

    /**
     * What to expect of another fleet.
     *
     * @param workers processes, 1 to 10,000
     * @param poolSize connections that each may open, its overflow included; 1 to 2,000
     * @param requestsPerSecond to all together; reckoned with as many for each checkout as in the last minute, which is
     *     too few where batches grow with the load
     * @return empty as long as the last minute showed too little of how long connections are used
     * @throws IllegalArgumentException for numbers that can't be, naming which and what can
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

    /** What is missing when there is no advice. */
    public static String tooLittle() {
        return "fewer than %s connections were used in the last minute: nothing can be told of that"
                .formatted(Evidence.LEAST_USES);
    }

    private static void require(String name, Number value, int least, int most) {
        if (!(value.doubleValue() >= least && value.doubleValue() <= most)) {
            throw new IllegalArgumentException("%s: %s; must be %s to %s".formatted(name, value, least, most));
        }
    }
}
