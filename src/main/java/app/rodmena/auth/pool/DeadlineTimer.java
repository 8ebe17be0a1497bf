package app.rodmena.auth.pool;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** A one-shot timer that runs a task at the earliest requested time. Thread-safe. */
final class DeadlineTimer {
    private final ScheduledExecutorService timer;
    private final LongSupplier task;
    private boolean armed;
    private long nextNanos;

    /** @param task returns the nanoseconds until its next run; {@link Long#MAX_VALUE} for none */
    DeadlineTimer(ScheduledExecutorService timer, LongSupplier task) {
        this.timer = timer;
        this.task = task;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // The task is not awaited.
    synchronized void scheduleWithin(long delayNanos) {
        long atNanos = System.nanoTime() + delayNanos;
        if ((armed && nextNanos - atNanos <= 0) || timer.isShutdown()) {
            return;
        }
        armed = true;
        nextNanos = atNanos;
        timer.schedule(() -> fire(atNanos), delayNanos, TimeUnit.NANOSECONDS);
    }

    private void fire(long atNanos) {
        synchronized (this) {
            if (!armed || nextNanos != atNanos) {
                return; // Replaced by an earlier run.
            }
            armed = false;
        }
        long nextDelayNanos = task.getAsLong();
        if (nextDelayNanos != Long.MAX_VALUE) {
            scheduleWithin(nextDelayNanos);
        }
    }
}
