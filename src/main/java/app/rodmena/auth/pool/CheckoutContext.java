package app.rodmena.auth.pool;

import java.util.concurrent.TimeUnit;

/**
 * The context of a checkout from Hikari on the current thread: its permit, and the connection it received. The pool
 * itself also takes connections from Hikari, without checkout events: to close idle ones, and to probe for the end of
 * an outage.
 */
final class CheckoutContext {
    /** Passes the context to Hikari's callbacks, which have no parameter for it. */
    private static final ThreadLocal<ContextHolder> CURRENT = ThreadLocal.withInitial(ContextHolder::new);

    /** Stays with the thread, because setting and removing a thread-local value costs more than reading it. */
    private static final class ContextHolder {
        CheckoutContext context;
    }

    private static final int VETOES_WITHOUT_DELAY = 2;
    private static final int MAX_DELAY_SHIFT = 9;

    /** The caller's permit; null for the pool itself. */
    final Permit permit;

    private int vetoes;

    /** The time at which the connection was found valid, used as the time of the checkout. */
    long validAtNanos;

    /** The received connection; set by the connection when Hikari hands it out. */
    PhysicalConnection connection;

    CheckoutContext(Permit permit) {
        this.permit = permit;
    }

    /** The context of the current thread; null outside a checkout. */
    static CheckoutContext current() {
        return CURRENT.get().context;
    }

    void begin() {
        CURRENT.get().context = this;
    }

    static void end() {
        CURRENT.get().context = null;
    }

    /**
     * Counts a veto. From the third veto on, delays the next connection with exponential backoff, at most until the
     * deadline.
     */
    void delayAfterVeto(long nowNanos) {
        vetoes++;
        if (vetoes > VETOES_WITHOUT_DELAY) {
            long pause = 1L << Math.min(vetoes - VETOES_WITHOUT_DELAY, MAX_DELAY_SHIFT);
            long remainingMillis = TimeUnit.NANOSECONDS.toMillis(permit.deadlineNanos() - nowNanos);
            try {
                TimeUnit.MILLISECONDS.sleep(Math.max(0, Math.min(pause, remainingMillis)));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    boolean isPool() {
        return permit == null;
    }
}
