package app.rodmena.auth.pool.event;

/** Why a caller received no connection. */
public enum RefusalReason {
    TIMEOUT("no connection became free within pool_timeout", true, PoolEventKind.TIMEOUT),
    DEADLINE("the caller's deadline passed", true, PoolEventKind.DEADLINE),
    REJECTED("max_waiting callers are already waiting for a connection", false, PoolEventKind.REJECTED),
    /** max_waiting callers were waiting, and a caller of a tenant with fewer of them arrived. */
    DISPLACED("displaced by a caller of a tenant with fewer waiting callers", false, PoolEventKind.DISPLACED),
    SHED("the pool is overloaded, and the caller has waited longer than wait_target", true, PoolEventKind.SHED),
    DATABASE_DOWN("no connection is open and none can be opened", false, PoolEventKind.TIMEOUT),
    CLOSED("the pool is closed", false, PoolEventKind.TIMEOUT),
    INTERRUPTED("interrupted while waiting for a connection", true, PoolEventKind.TIMEOUT),
    CANCELLED("cancelled by the caller", true, PoolEventKind.CANCELLED);

    private final String text;
    private final boolean completesWait;
    private final PoolEventKind kind;

    RefusalReason(String text, boolean completesWait, PoolEventKind kind) {
        this.text = text;
        this.completesWait = completesWait;
        this.kind = kind;
    }

    /** The reason as a sentence without a period. */
    public String text() {
        return text;
    }

    public PoolEventKind kind() {
        return kind;
    }

    /**
     * Whether the caller's wait is a measurement of the pool. Immediate refusals are not: during an outage they would
     * make a pool that serves no caller look fast.
     */
    public boolean completesWait() {
        return completesWait;
    }
}
