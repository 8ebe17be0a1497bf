package app.rodmena.auth.pool;

import java.time.Duration;
import java.util.Optional;

/**
 * The state of overload, by the rule of CoDel (Nichols, Jacobson 2012) as folly and DBConnection use it: the pool is
 * overloaded after an interval in which even the shortest wait was above the target. Guarded by the lock of the
 * {@link AdmissionQueue}.
 */
final class Overload {
    static final long INTERVAL_NANOS = Duration.ofMillis(100).toNanos();

    private static final int MAX_RETRY_SECONDS = 30;

    /** The target wait; 0 if shedding is off. */
    private long targetNanos;

    private boolean overloaded;
    private long intervalStartNanos;
    private long shortestWaitNanos = Long.MAX_VALUE;
    private int admitted;
    private double admittedPerSecond;

    Overload(long nowNanos) {
        intervalStartNanos = nowNanos;
    }

    void setTarget(Optional<Duration> target) {
        targetNanos = target.map(Duration::toNanos).orElse(0L);
        overloaded &= isOn();
    }

    boolean isOn() {
        return targetNanos > 0;
    }

    boolean isOverloaded() {
        return overloaded;
    }

    /** Whether a request with this wait must be refused. */
    boolean isExcessive(long waitNanos) {
        return overloaded && waitNanos > targetNanos;
    }

    void admitted(int count, long waitNanos) {
        admitted += count;
        shortestWaitNanos = Math.min(shortestWaitNanos, waitNanos);
    }

    /** Decides at the end of an interval. Without an admission in the interval, the state does not change. */
    void update(long nowNanos) {
        long elapsed = nowNanos - intervalStartNanos;
        if (elapsed < INTERVAL_NANOS) {
            return;
        }
        if (admitted > 0) {
            overloaded = shortestWaitNanos > targetNanos;
        }
        admittedPerSecond = admitted * 1e9 / elapsed;
        intervalStartNanos = nowNanos;
        shortestWaitNanos = Long.MAX_VALUE;
        admitted = 0;
    }

    long nanosToUpdate(long nowNanos) {
        return Math.max(1, intervalStartNanos + INTERVAL_NANOS - nowNanos);
    }

    /** The time in whole seconds to admit all waiting requests at the current rate. */
    int retryAfterSeconds(int waiting) {
        return admittedPerSecond * MAX_RETRY_SECONDS <= waiting
                ? MAX_RETRY_SECONDS
                : Math.max(1, (int) Math.ceil(waiting / admittedPerSecond));
    }
}
