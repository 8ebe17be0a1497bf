package app.rodmena.auth.pool;

import java.util.concurrent.TimeUnit;

/**
 * The context of a checkout from Hikari on the current thread: its permit, and the connection it received. The pool
 * itself also takes connections from Hikari, to close idle ones and to probe for the end of an outage; no checkout
 * event is emitted for these.
 */
final class Borrower {
    /** Passes the context to Hikari's callbacks, which have no parameter for it. */
    private static final ThreadLocal<Place> CURRENT = ThreadLocal.withInitial(Place::new);

    /**
     * A mutable holder that stays with the thread, because setting and removing a thread-local value costs more than
     * reading it.
     */
    private static final class Place {
        Borrower borrower;
    }

    private static final int VETOES_FOR_FREE = 2;
    private static final int LONGEST_PAUSE_SHIFT = 9;

    private final Admission admission;
    private int vetoes;

    /** The time at which the connection was found valid, used as the time of the checkout. */
    long validAtNanos;

    /** The received connection; set by the connection when Hikari hands it out. */
    PhysicalConnection got;

    private Borrower(Admission admission) {
        this.admission = admission;
    }

    static Borrower of(Admission admission) {
        return new Borrower(admission);
    }

    static Borrower thePool() {
        return new Borrower(null);
    }

    /** The context of the current thread; null outside a checkout. */
    static Borrower current() {
        return CURRENT.get().borrower;
    }

    void begin() {
        CURRENT.get().borrower = this;
    }

    static void end() {
        CURRENT.get().borrower = null;
    }

    /**
     * Counts a veto. From the third veto on, delays the next connection with exponential backoff, at most until the
     * deadline.
     */
    void pauseAfterVeto(long nowNanos) {
        vetoes++;
        if (vetoes > VETOES_FOR_FREE) {
            long pause = 1L << Math.min(vetoes - VETOES_FOR_FREE, LONGEST_PAUSE_SHIFT);
            long left = TimeUnit.NANOSECONDS.toMillis(admission.deadlineNanos() - nowNanos);
            try {
                TimeUnit.MILLISECONDS.sleep(Math.max(0, Math.min(pause, left)));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    boolean isThePool() {
        return admission == null;
    }

    /** The caller's permit; null for the pool itself. */
    Admission admission() {
        return admission;
    }
}
