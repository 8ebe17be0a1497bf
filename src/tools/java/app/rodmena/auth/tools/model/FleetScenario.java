package app.rodmena.auth.tools.model;

import java.util.OptionalInt;

/**
 * A fleet with one database, to be simulated.
 *
 * @param workers the number of processes, each with a pool
 * @param poolSize pool_size of each pool
 * @param maxOverflow max_overflow of each pool
 * @param perSecond requests per second to all workers together; independent arrivals
 * @param meanSeconds mean service time of a request on one core of the database, in seconds; exponential
 * @param cores the database's cores, shared by the requests in service
 * @param bouncer server connections of a pooler between fleet and database; empty without a pooler
 * @param seconds simulated seconds, after one second of warm-up
 * @param stallSeconds how long the database stalls in the middle of the simulation, as for a lock or a checkpoint
 */
public record FleetScenario(
        int workers,
        int poolSize,
        int maxOverflow,
        double perSecond,
        double meanSeconds,
        int cores,
        OptionalInt bouncer,
        double seconds,
        double stallSeconds) {
    public FleetScenario {
        require(workers >= 1, "workers", workers, "must be 1 or more");
        require(poolSize >= 1, "poolSize", poolSize, "must be 1 or more");
        require(maxOverflow >= 0, "maxOverflow", maxOverflow, "must not be negative");
        require(perSecond > 0 && Double.isFinite(perSecond), "perSecond", perSecond, "must be finite and above 0");
        require(
                meanSeconds > 0 && Double.isFinite(meanSeconds),
                "meanSeconds",
                meanSeconds,
                "must be finite and above 0");
        require(cores >= 1, "cores", cores, "must be 1 or more");
        require(bouncer.isEmpty() || bouncer.getAsInt() >= 1, "bouncer", bouncer, "must be 1 or more, or none");
        require(seconds > 0 && Double.isFinite(seconds), "seconds", seconds, "must be finite and above 0");
        require(
                stallSeconds >= 0 && Double.isFinite(stallSeconds),
                "stallSeconds",
                stallSeconds,
                "must be finite and not negative");
    }

    public int poolMaximum() {
        return poolSize + maxOverflow;
    }

    public FleetScenario withBouncer(int connections) {
        return new FleetScenario(
                workers,
                poolSize,
                maxOverflow,
                perSecond,
                meanSeconds,
                cores,
                OptionalInt.of(connections),
                seconds,
                stallSeconds);
    }

    private static void require(boolean holds, String name, Object value, String rule) {
        if (!holds) {
            throw new IllegalArgumentException("%s: %s; %s".formatted(name, value, rule));
        }
    }
}
