package app.rodmena.auth.pool;

/**
 * The pool's numbers, all of the same instant.
 *
 * @param poolSize the setting pool_size
 * @param maxOverflow the setting max_overflow
 * @param checkedOut connections in use
 * @param totalConnections physically open connections, in use or idle
 * @param waiting callers that wait for a connection
 */
public record PoolSnapshot(int poolSize, int maxOverflow, int checkedOut, int totalConnections, int waiting) {
    /** Connections available without overflow. */
    public int available() {
        return Math.max(0, poolSize - checkedOut);
    }

    /** Connections open beyond pool_size. */
    public int overflow() {
        return Math.max(0, totalConnections - poolSize);
    }

    public int idle() {
        return totalConnections - checkedOut;
    }

    /** Utilisation of the total capacity, 0 to 1: checked_out / (pool_size + max_overflow). */
    public double utilisation() {
        return (double) checkedOut / (poolSize + maxOverflow);
    }
}
