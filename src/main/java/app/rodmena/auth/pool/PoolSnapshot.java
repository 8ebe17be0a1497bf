package app.rodmena.auth.pool;

import app.rodmena.auth.schema.Description;

/** The pool's numbers, all of the same instant. */
@Description("The pool's numbers at one instant")
public record PoolSnapshot(
        @Description(value = "pool_size as configured", unit = "connections")
        int poolSize,

        @Description(value = "max_overflow as configured", unit = "connections")
        int maxOverflow,

        @Description(value = "In use now", unit = "connections")
        int checkedOut,

        @Description(value = "Physically open now, in use or idle", unit = "connections")
        int totalConnections,

        @Description(value = "Callers waiting for a connection", unit = "callers")
        int waiting) {
    /** Connections available without overflow. */
    public int available() {
        return Math.max(0, poolSize - checkedOut);
    }

    @Description(value = "Open beyond pool_size", unit = "connections")
    public int overflow() {
        return Math.max(0, totalConnections - poolSize);
    }

    @Description(value = "Open and not in use", unit = "connections")
    public int idle() {
        return totalConnections - checkedOut;
    }

    /** Utilisation of the total capacity, 0 to 1: checked_out / (pool_size + max_overflow). */
    public double utilisation() {
        return (double) checkedOut / (poolSize + maxOverflow);
    }
}
