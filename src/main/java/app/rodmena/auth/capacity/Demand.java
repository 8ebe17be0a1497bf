package app.rodmena.auth.capacity;

import app.rodmena.auth.pool.PoolSettings;

/**
 * The most connections that a fleet of equal processes opens: each up to pool_size + max_overflow, and one more that
 * watches.
 *
 * @param workers how many processes share the database
 * @param poolSize connections that each keeps
 * @param maxOverflow extra connections of each
 */
public record Demand(int workers, int poolSize, int maxOverflow) {
    /** Every process has one connection outside its pool, which asks whether the database is there. */
    public static final int MONITORS_PER_WORKER = 1;

    /** The fleet of {@code workers} processes with these pools. */
    public static Demand of(PoolSettings settings) {
        return new Demand(settings.workers(), settings.poolSize(), settings.maxOverflow());
    }

    /** The most that one process opens for its pool. */
    public int poolMaximum() {
        return poolSize + maxOverflow;
    }

    /** The most that all pools together open. */
    public int pooled() {
        return workers * poolMaximum();
    }

    public int monitors() {
        return workers * MONITORS_PER_WORKER;
    }

    /** The most that the fleet opens. */
    public int total() {
        return pooled() + monitors();
    }

    public Demand withWorkers(int workers) {
        return new Demand(workers, poolSize, maxOverflow);
    }

    public Demand withPool(int poolSize, int maxOverflow) {
        return new Demand(workers, poolSize, maxOverflow);
    }
}
