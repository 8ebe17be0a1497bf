package app.rodmena.auth.capacity;

import app.rodmena.auth.pool.PoolSettings;

/**
 * The maximum connections of a fleet of equal processes: each opens up to pool_size + max_overflow, and one for its
 * monitor.
 */
public record ConnectionDemand(int workers, int poolSize, int maxOverflow) {
    /** Each process has one connection outside its pool, the monitor's. */
    public static final int MONITORS_PER_WORKER = 1;

    /** The fleet of {@code workers} processes with these pools. */
    public static ConnectionDemand of(PoolSettings settings) {
        return new ConnectionDemand(settings.workers(), settings.poolSize(), settings.maxOverflow());
    }

    /** The maximum of one pool. */
    public int poolMaximum() {
        return poolSize + maxOverflow;
    }

    /** The sum of the maxima of all pools. */
    public int pooled() {
        return workers * poolMaximum();
    }

    public int monitors() {
        return workers * MONITORS_PER_WORKER;
    }

    /** The maximum of the fleet, monitors included. */
    public int total() {
        return pooled() + monitors();
    }

    public ConnectionDemand withWorkers(int workers) {
        return new ConnectionDemand(workers, poolSize, maxOverflow);
    }

    public ConnectionDemand withPool(int poolSize, int maxOverflow) {
        return new ConnectionDemand(workers, poolSize, maxOverflow);
    }
}
