package app.rodmena.auth.pool;

import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.Flatten;
import java.time.Duration;

/** The pool and its queue at one instant. */
@Description("The pool at one instant")
public record PoolView(
        @Flatten PoolSnapshot numbers,

        @Description(value = "Longest current wait for a connection", unit = "milliseconds")
        Duration oldestWait,

        @Description("Whether the operation suspend has stopped all checkouts")
        boolean suspended) {

    @Description(value = "Available without overflow: pool_size - checked_out", unit = "connections")
    public int available() {
        return numbers.available();
    }

    @Description(value = "Share of the maximum in use: checked_out / (pool_size + max_overflow)", unit = "0 to 1")
    public double utilisation() {
        return numbers.utilisation();
    }
}
