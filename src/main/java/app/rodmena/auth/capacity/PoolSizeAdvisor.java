package app.rodmena.auth.capacity;

import app.rodmena.auth.capacity.CapacityPlan.ConnectionDemand;
import app.rodmena.auth.capacity.PoolSizeAdvice.ExpectedWaits;
import app.rodmena.auth.capacity.PoolSizeAdvice.WorkloadSample;
import app.rodmena.auth.capacity.QueueModel.OfferedLoad;
import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.metrics.Metrics;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.Flatten;
import java.time.Duration;
import java.util.Optional;

/**
 * Computes sizing advice and forecasts from the pool's own measurements with {@link QueueModel}. Sends no query.
 * Thread-safe.
 */
public record PoolSizeAdvisor(DatabaseEngine engine, Metrics metrics, FleetWatch fleet, Duration waitTarget) {
    public static final int MAX_WORKERS = 10_000;

    /** Maximum of {@code poolSize} in {@link #forecast}. */
    public static final int MAX_CONNECTIONS = 2 * PoolSettings.MAX_CONNECTIONS;

    public static final int MAX_REQUESTS_PER_SECOND = 1_000_000_000;

    /**
     * The forecast for another fleet, with the connection use of the last minute.
     *
     * @param demand the fleet; its poolSize is the maximum of a pool
     * @param requestsPerSecond load on all processes together
     */
    @Description("Forecast for another fleet, with the connection use of the last minute")
    public record FleetForecast(
            ConnectionDemand demand,
            double requestsPerSecond,
            @Flatten ExpectedWaits expected,

            @Description(value = "Load that keeps every connection of the fleet busy", unit = "checkouts per second")
            double saturation,

            @Description(
                    value = "Connections that PostgreSQL allows the fleet; -1 if unknown",
                    unit = "connections",
                    absent = -1)
            Optional<Integer> room) {
        @Description(
                value = "Maximum of the fleet's connections, monitoring connections included",
                unit = "connections")
        public int connections() {
            return demand.total();
        }

        @Description("Whether PostgreSQL allows that many; true if unknown")
        public boolean fits() {
            return room.map(connections -> demand.total() <= connections).orElse(true);
        }
    }

    /** Returns the advice for the current pool; {@link PoolSizeAdvice#NONE} after too few checkouts. */
    public PoolSizeAdvice advice() {
        return WorkloadSample.of(metrics)
                .map(sample ->
                        PoolSizeAdvice.of(sample, engine.pool().settings().maximum(), waitTarget))
                .orElse(PoolSizeAdvice.NONE);
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
    public Optional<FleetForecast> forecast(int workers, int poolSize, double requestsPerSecond) {
        require("workers", workers, 1, MAX_WORKERS);
        require("poolSize", poolSize, 1, MAX_CONNECTIONS);
        require("requestsPerSecond", requestsPerSecond, 0, MAX_REQUESTS_PER_SECOND);
        return WorkloadSample.of(metrics).map(sample -> {
            double checkoutsPerWorker = requestsPerSecond / sample.requestsPerCheckout() / workers;
            OfferedLoad load = sample.load().withPerSecond(checkoutsPerWorker);
            QueueModel queue = new QueueModel(poolSize, load);
            return new FleetForecast(
                    new ConnectionDemand(workers, poolSize, 0),
                    requestsPerSecond,
                    ExpectedWaits.of(queue),
                    queue.saturation() * workers,
                    fleet.latest().map(current -> current.limits().room()));
        });
    }

    public static String insufficientData() {
        return "fewer than %s connections were used in the last minute: too few for advice"
                .formatted(WorkloadSample.MIN_USES);
    }

    private static void require(String name, Number value, int min, int max) {
        if (!(value.doubleValue() >= min && value.doubleValue() <= max)) {
            throw new IllegalArgumentException("%s: %s; must be %s to %s".formatted(name, value, min, max));
        }
    }
}
