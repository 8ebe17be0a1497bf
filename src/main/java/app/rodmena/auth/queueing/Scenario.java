package app.rodmena.auth.queueing;

import java.util.OptionalInt;

/**
 * A fleet before one database, on paper.
 *
 * @param workers processes, each with a pool
 * @param poolSize connections that each keeps once opened
 * @param maxOverflow extra connections of each
 * @param perSecond requests per second to all workers together, independent of each other
 * @param meanSeconds what one takes of a core of the database, exponential
 * @param cores of the database; more at once than these share them
 * @param bouncer server connections of a pooler between; empty if there is none
 * @param seconds how long it is watched, after a second of warming up
 * @param stallSeconds how long, in the middle of that, the database stands still, as for a lock or a checkpoint
 */
public record Scenario(
        int workers,
        int poolSize,
        int maxOverflow,
        double perSecond,
        double meanSeconds,
        int cores,
        OptionalInt bouncer,
        double seconds,
        double stallSeconds) {
    public Scenario {
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

    public Scenario withBouncer(int connections) {
        return new Scenario(
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
