package app.rodmena.auth.metrics.health;

import app.rodmena.auth.pool.PoolSnapshot;

/**
 * The state of the database and of its pool.
 *
 * @param status {@code healthy} or {@code unhealthy}
 * @param database the pool's numbers, present for any status
 */
public record DatabaseHealth(String status, Pool database) {
    private static final String HEALTHY = "healthy";

    /**
     * The pool's numbers at one instant: checkedOut ≤ totalConnections ≤ pool_size + max_overflow.
     *
     * @param poolSize pool_size as configured
     * @param checkedOut connections in use
     * @param available connections available without overflow
     * @param overflow connections open beyond pool_size
     * @param totalConnections connections physically open, in use or idle
     */
    public record Pool(int poolSize, int checkedOut, int available, int overflow, int totalConnections) {}

    static DatabaseHealth of(boolean reachable, PoolSnapshot pool) {
        return new DatabaseHealth(
                reachable ? HEALTHY : "unhealthy",
                new Pool(
                        pool.poolSize(),
                        pool.checkedOut(),
                        pool.available(),
                        pool.overflow(),
                        pool.totalConnections()));
    }

    public boolean healthy() {
        return status.equals(HEALTHY);
    }
}
