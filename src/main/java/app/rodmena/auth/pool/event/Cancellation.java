package app.rodmena.auth.pool.event;

import java.util.concurrent.atomic.AtomicReference;

/**
 * A caller's deadline, and the cancellation of its calls. Belongs to one caller, whose calls run one after the other.
 * Thread-safe.
 */
public final class Cancellation {
    /** A caller that waits as long as the pool allows. */
    public static final Cancellation NONE = new Cancellation();

    private enum Mark implements Runnable {
        NO_ACTION,
        CANCELLED;

        @Override
        public void run() {}
    }

    private final boolean hasDeadline;
    private final long deadlineNanos;
    private final AtomicReference<Runnable> action = new AtomicReference<>(Mark.NO_ACTION);

    public Cancellation() {
        this.hasDeadline = false;
        this.deadlineNanos = 0;
    }

    /** @param deadlineNanos the time of {@link System#nanoTime} after which the caller no longer waits */
    public Cancellation(long deadlineNanos) {
        this.hasDeadline = true;
        this.deadlineNanos = deadlineNanos;
    }

    /** Whether the deadline, if there is one, is before a time of {@link System#nanoTime}. */
    public boolean endsBefore(long nanos) {
        return hasDeadline && deadlineNanos - nanos < 0;
    }

    /** The earlier of the deadline and a time of {@link System#nanoTime}. */
    public long earlier(long nanos) {
        return endsBefore(nanos) ? deadlineNanos : nanos;
    }

    public boolean hasDeadline() {
        return hasDeadline;
    }

    /** Runs the action of the current call and of all later ones. Idempotent. */
    public void cancel() {
        if (this != NONE) {
            action.getAndSet(Mark.CANCELLED).run();
        }
    }

    public boolean isCancelled() {
        return action.get() == Mark.CANCELLED;
    }

    /** Sets the action of the current call, which replaces the previous one; runs it if already cancelled. */
    public void onCancel(Runnable newAction) {
        if (this != NONE
                && action.updateAndGet(current -> current == Mark.CANCELLED ? current : newAction) == Mark.CANCELLED) {
            newAction.run();
        }
    }

    /** Removes the action of a call that has ended, unless a later call has replaced it. */
    public void remove(Runnable endedAction) {
        action.compareAndSet(endedAction, Mark.NO_ACTION);
    }
}
