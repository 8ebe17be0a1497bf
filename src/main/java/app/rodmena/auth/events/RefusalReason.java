package app.rodmena.auth.events;

/** Why a caller received no connection. */
public enum RefusalReason {
    /** No connection became free within pool_timeout. */
    TIMEOUT("no connection came free within pool_timeout", true),
    /** max_waiting callers were already waiting. */
    REJECTED("max_waiting callers are already waiting for a connection", false),
    /** No connection is open, and no connection can be opened. */
    DATABASE_DOWN("no connection is open and none can be opened", false),
    /** The pool is closed. */
    CLOSED("the pool is closed", false),
    /** The caller's thread was interrupted while it waited. */
    INTERRUPTED("interrupted while waiting for a connection", true),
    /** The caller cancelled its request while it waited. */
    CANCELLED("cancelled while waiting for a connection", true);

    private final String text;
    private final boolean completesWait;

    RefusalReason(String text, boolean completesWait) {
        this.text = text;
        this.completesWait = completesWait;
    }

    /** The reason as a sentence without a period. */
    public String text() {
        return text;
    }

    /**
     * Whether the caller's wait is a measurement of the pool. Immediate refusals are not: during an outage they would
     * make a pool that serves no caller look fast.
     */
    public boolean completesWait() {
        return completesWait;
    }
}
