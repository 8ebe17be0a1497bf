package app.rodmena.auth.pool;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** A one-shot timer that runs a task at the earliest requested time. Thread-safe. */
final class Alarm {
    private final ScheduledExecutorService timer;
    private final LongSupplier task;
    private boolean armed;
    private long nextNanos;

    /** @param task returns the nanoseconds until its next run; {@link Long#MAX_VALUE} for none */
    Alarm(ScheduledExecutorService timer, LongSupplier task) {
        this.timer = timer;
        this.task = task;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // The task is not awaited.
    synchronized void ringWithin(long delayNanos) {
        long at = System.nanoTime() + delayNanos;
        if ((armed && nextNanos - at <= 0) || timer.isShutdown()) {
            return;
        }
        armed = true;
        nextNanos = at;
        timer.schedule(() -> ring(at), delayNanos, TimeUnit.NANOSECONDS);
    }

    private void ring(long at) {
        synchronized (this) {
            if (!armed || nextNanos != at) {
                return; // Replaced by an earlier run.
            }
            armed = false;
        }
        long again = task.getAsLong();
        if (again != Long.MAX_VALUE) {
            ringWithin(again);
        }
    }
}
