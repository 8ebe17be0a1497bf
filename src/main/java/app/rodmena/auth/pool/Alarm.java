package app.rodmena.auth.pool;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Runs a task no later than the earliest time anybody asked for. Thread-safe. */
final class Alarm {
    private final ScheduledExecutorService timer;
    private final LongSupplier task;
    private boolean armed;
    private long nextNanos;

    /** @param task returns the nanoseconds until it wants to run again, {@link Long#MAX_VALUE} for not at all */
    Alarm(ScheduledExecutorService timer, LongSupplier task) {
        this.timer = timer;
        this.task = task;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // Whoever asked does not wait for the ring.
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
                return; // An earlier one took its place.
            }
            armed = false;
        }
        long again = task.getAsLong();
        if (again != Long.MAX_VALUE) {
            ringWithin(again);
        }
    }
}
