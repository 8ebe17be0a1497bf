package app.rodmena.auth.pool;

/**
 * Who takes a connection out of Hikari on the current thread, and which one it got. The pool itself borrows too, when
 * it looks for an idle connection to close: then there is no checkout to tell of.
 */
final class Borrower {
    /** Hikari calls back without telling on whose behalf. */
    private static final ThreadLocal<Borrower> CURRENT = new ThreadLocal<>();

    private final Ticket ticket;

    /** Set by the connection when Hikari hands it out. */
    PhysicalConnection got;

    private Borrower(Ticket ticket) {
        this.ticket = ticket;
    }

    static Borrower of(Ticket ticket) {
        return new Borrower(ticket);
    }

    static Borrower thePool() {
        return new Borrower(null);
    }

    /** Who borrows on this thread; null while nobody does. */
    static Borrower current() {
        return CURRENT.get();
    }

    void begin() {
        CURRENT.set(this);
    }

    static void end() {
        CURRENT.remove();
    }

    boolean isThePool() {
        return ticket == null;
    }

    /** The caller's; not for the pool itself. */
    Ticket ticket() {
        return ticket;
    }
}
