package app.rodmena.auth.diagnosis;

/** The reason why a connection is in use. */
public enum Verdict {
    /** The connection's backend no longer exists; the pool has not detected this yet. */
    DEAD_BACKEND,
    /** The client waits for a result while PostgreSQL waits for the client or is unreachable. */
    NETWORK,
    /** The statement waits for a lock of another session. */
    LOCK_WAIT,
    /** The connection has been held without a statement for longer than leak_threshold. */
    LEAK,
    /** A transaction is open, and no statement runs. */
    IDLE_IN_TRANSACTION,
    /** The application holds the connection and runs no statement. */
    APP_HOLDING,
    /** The statement has run for longer than slow_query, or than 1 s while callers wait. */
    SLOW_SQL,
    /** The connection is in normal use. */
    WORKING,
    /** The observations do not suffice for a verdict. */
    UNKNOWN;

    /** Whether an operator can fix the reason. */
    public boolean isTrouble() {
        return switch (this) {
            case DEAD_BACKEND, NETWORK, LOCK_WAIT, LEAK, IDLE_IN_TRANSACTION, APP_HOLDING, SLOW_SQL -> true;
            case WORKING, UNKNOWN -> false;
        };
    }
}
