package app.rodmena.auth.views;

import app.rodmena.auth.pool.PoolSnapshot;
import app.rodmena.auth.pool.PoolView;
import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.WireFormat;

@Description("The pool at one instant")
public record PoolRow(
        @Description(value = "pool_size as configured", unit = "connections")
        int poolSize,

        @Description(value = "max_overflow as configured", unit = "connections")
        int maxOverflow,

        @Description(value = "In use now", unit = "connections")
        int checkedOut,

        @Description(value = "Available without overflow: pool_size - checked_out", unit = "connections")
        int available,

        @Description(value = "Open beyond pool_size", unit = "connections")
        int overflow,

        @Description(value = "Physically open now, in use or idle", unit = "connections")
        int totalConnections,

        @Description(value = "Open and not in use", unit = "connections")
        int idle,

        @Description(value = "Callers waiting for a connection", unit = "callers")
        int waiting,

        @Description(value = "Longest current wait for a connection", unit = "milliseconds")
        double oldestWaitMillis,

        @Description(value = "Share of the maximum in use: checked_out / (pool_size + max_overflow)", unit = "0 to 1")
        double utilisation,

        @Description("Whether the operation suspend has stopped all checkouts")
        boolean suspended) {

    public static PoolRow of(PoolView view) {
        PoolSnapshot numbers = view.numbers();
        return new PoolRow(
                numbers.poolSize(),
                numbers.maxOverflow(),
                numbers.checkedOut(),
                numbers.available(),
                numbers.overflow(),
                numbers.totalConnections(),
                numbers.idle(),
                numbers.waiting(),
                WireFormat.millis(view.oldestWait()),
                numbers.utilisation(),
                view.suspended());
    }
}
