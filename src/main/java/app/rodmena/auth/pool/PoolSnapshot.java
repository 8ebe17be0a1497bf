package app.rodmena.auth.pool;

/**
 * The pool at one instant, all numbers of the same instant.
 *
 * @param poolSize pool_size as configured
 * @param maxOverflow max_overflow as configured
 * @param checkedOut connections in use
 * @param totalConnections connections physically open, in use or idle
 * @param waiting callers that wait for a connection
 */
public record PoolSnapshot(int poolSize, int maxOverflow, int checkedOut, int totalConnections, int waiting) {
    /** What can be had without overflowing. */
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

    /** Share of the whole capacity that is in use, 0 to 1: checked_out / (pool_size + max_overflow). */
    public double utilisation() {
        return (double) checkedOut / (poolSize + maxOverflow);
    }
}
