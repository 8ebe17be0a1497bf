package app.rodmena.auth.pool.event;

/** Why a caller received no connection. */
public enum RefusalReason {
    /** No connection became free within pool_timeout. */
    TIMEOUT("no connection became free within pool_timeout", true),
    /** The caller's own deadline passed. */
    DEADLINE("the caller's deadline passed", true),
    /** max_waiting callers were already waiting. */
    REJECTED("max_waiting callers are already waiting for a connection", false),
    /** max_waiting callers were waiting, and a caller of a tenant with fewer of them arrived. */
    DISPLACED("displaced by a caller of a tenant with fewer waiting callers", false),
    /** No connection is open, and no connection can be opened. */
    DATABASE_DOWN("no connection is open and none can be opened", false),
    /** The pool is closed. */
    CLOSED("the pool is closed", false),
    /** The caller's thread was interrupted while it waited. */
    INTERRUPTED("interrupted while waiting for a connection", true),
    /** The caller cancelled its request. */
    CANCELLED("cancelled by the caller", true);

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
