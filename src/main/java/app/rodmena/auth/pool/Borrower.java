package app.rodmena.auth.pool;

import java.util.concurrent.TimeUnit;

/**
 * Who takes a connection out of Hikari on the current thread, and which one it got. The pool itself borrows too, when
 * it looks for an idle connection to close: then there is no checkout to tell of.
 */
final class Borrower {
    /** Hikari calls back without telling on whose behalf. */
    private static final ThreadLocal<Place> CURRENT = ThreadLocal.withInitial(Place::new);

    /** Where a thread's borrower is; it stays with the thread, because making room for it costs more than looking. */
    private static final class Place {
        Borrower borrower;
    }

    private static final int VETOES_FOR_FREE = 2;
    private static final int LONGEST_PAUSE_SHIFT = 9;

    private final Admission admission;
    private int vetoes;

    /** When the connection was found to be valid, which is when it is handed out. */
    long validAtNanos;

    /** Set by the connection when Hikari hands it out. */
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

    /** Who borrows on this thread; null while nobody does. */
    static Borrower current() {
        return CURRENT.get().borrower;
    }

    void begin() {
        CURRENT.get().borrower = this;
    }

    static void end() {
        CURRENT.get().borrower = null;
    }

    /** A connection was vetoed. From the third on the next is not opened at once, nor after the deadline. */
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

    /** The caller's; not for the pool itself. */
    Admission admission() {
        return admission;
    }
}
