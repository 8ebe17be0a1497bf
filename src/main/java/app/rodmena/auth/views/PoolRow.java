package app.rodmena.auth.views;

import app.rodmena.auth.mbean.Describe;
import app.rodmena.auth.pool.PoolSnapshot;
import app.rodmena.auth.pool.PoolView;

@Describe("The pool at one instant")
public record PoolRow(
        @Describe(value = "pool_size as configured", unit = "connections")
        int poolSize,

        @Describe(value = "max_overflow as configured", unit = "connections")
        int maxOverflow,

        @Describe(value = "In use now", unit = "connections")
        int checkedOut,

        @Describe(value = "Available without overflow: pool_size - checked_out", unit = "connections")
        int available,

        @Describe(value = "Open beyond pool_size", unit = "connections")
        int overflow,

        @Describe(value = "Physically open now, in use or idle", unit = "connections")
        int totalConnections,

        @Describe(value = "Open and not in use", unit = "connections")
        int idle,

        @Describe(value = "Callers waiting for a connection", unit = "callers")
        int waiting,

        @Describe(value = "Longest current wait for a connection", unit = "milliseconds")
        double oldestWaitMillis,

        @Describe(value = "Share of the maximum in use: checked_out / (pool_size + max_overflow)", unit = "0 to 1")
        double utilisation,

        @Describe("Whether the operation suspend has stopped all checkouts")
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
                Text.millis(view.oldestWait()),
                numbers.utilisation(),
                view.suspended());
    }
}
