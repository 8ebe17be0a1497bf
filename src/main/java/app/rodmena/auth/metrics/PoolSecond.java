package app.rodmena.auth.metrics;

import app.rodmena.auth.pool.PoolSnapshot;
import java.time.Duration;
import java.time.Instant;

/**
 * One second of a pool.
 *
 * @param time its end
 * @param span how long it was: a second, or more where the process was held up
 * @param numbers the pool at its end, all numbers of that instant
 * @param peakCheckedOut the most connections that were out at once in it
 * @param oldestWait how long the one had waited at its end who waited longest; zero if nobody waited
 * @param checkouts connections handed out in it
 * @param timeouts waits that ended in it without a connection
 * @param rejections callers refused in it because max_waiting others waited
 * @param waits how long those had waited whose wait ended in it, well or badly
 * @param uses how long connections had been out that came back in it
 */
public record PoolSecond(
        Instant time,
        Duration span,
        PoolSnapshot numbers,
        int peakCheckedOut,
        Duration oldestWait,
        long checkouts,
        long timeouts,
        long rejections,
        Tail waits,
        Tail uses) {
    /** How many connections were handed out per second in it. */
    public double checkoutsPerSecond() {
        return span.isZero() ? 0 : checkouts * 1e9 / span.toNanos();
    }
}
