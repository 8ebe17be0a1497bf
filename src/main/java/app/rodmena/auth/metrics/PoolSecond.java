package app.rodmena.auth.metrics;

import app.rodmena.auth.pool.PoolSnapshot;
import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.Flatten;
import java.time.Duration;
import java.time.Instant;

/** One second of the pool's history. */
@Description("One second of the pool")
public record PoolSecond(
        @Description("End of the second, in UTC") Instant time,

        @Description("One second, or more if the process was delayed")
        Duration span,

        @Flatten PoolSnapshot numbers,

        @Description(value = "Maximum of the connections in use at one time", unit = "connections")
        int peakCheckedOut,

        @Description("Longest current wait at the end") Duration oldestWait,

        @Description("Longest current use of a connection at the end")
        Duration oldestUse,

        @Description(value = "Checkouts", unit = "times") long checkouts,

        @Description(value = "Waits that ended without a connection", unit = "callers")
        long timeouts,

        @Description(value = "Callers refused because of max_waiting", unit = "callers")
        long rejections,

        @Description(value = "Callers refused for any reason, except those that cancelled", unit = "callers")
        long refused,

        @Flatten("wait") LatencySummary waits,

        @Flatten("use") LatencySummary uses) {
    @Description(value = "Rate of checkouts", unit = "checkouts per second")
    public double checkoutsPerSecond() {
        return span.isZero() ? 0 : checkouts * 1e9 / span.toNanos();
    }
}
