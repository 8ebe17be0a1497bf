package app.rodmena.auth.metrics;

import app.rodmena.auth.pool.PoolSnapshot;
import java.time.Duration;
import java.time.Instant;

/**
 * One second of the pool's history.
 *
 * @param time end of the second
 * @param span its duration: one second, or more if the process was delayed
 * @param numbers the pool at the end, all numbers of the same instant
 * @param peakCheckedOut maximum number of connections checked out simultaneously
 * @param oldestWait the longest current wait at the end; zero if no caller was waiting
 * @param checkouts number of checkouts
 * @param timeouts number of waits that ended without a connection
 * @param rejections number of callers refused because of max_waiting
 * @param waits durations of the waits that ended, with or without a connection
 * @param uses durations of use of the connections that were returned
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
        LatencySummary waits,
        LatencySummary uses) {
    /** Checkouts per second. */
    public double checkoutsPerSecond() {
        return span.isZero() ? 0 : checkouts * 1e9 / span.toNanos();
    }
}
