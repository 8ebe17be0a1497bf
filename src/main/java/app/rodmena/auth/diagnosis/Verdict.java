package app.rodmena.auth.diagnosis;

/** The reason why a connection is in use. */
public enum Verdict {
    /** The connection's backend no longer exists; the pool has not detected this yet. */
    DEAD_BACKEND("uses a backend that no longer exists"),
    /** The client waits for a result while PostgreSQL waits for the client or is unreachable. */
    NETWORK("waits for a response that the network does not deliver"),
    /** The statement waits for a lock of another session. */
    LOCK_WAIT("waits for a lock"),
    /** The connection has been held without a statement for longer than leak_threshold. */
    LEAK("has been held without SQL for longer than leak_threshold"),
    /** A transaction is open, and no statement runs. */
    IDLE_IN_TRANSACTION("is idle in transaction"),
    /** The application holds the connection and runs no statement. */
    APP_HOLDING("is held by the application without running SQL"),
    /** The statement has run for longer than slow_query, or than 1 s while callers wait. */
    SLOW_SQL("runs slow SQL"),
    /** The connection is in normal use. */
    WORKING("is in normal use"),
    /** The observations do not suffice for a verdict. */
    UNKNOWN("is in use for an unknown reason");

    private final String meaning;

    Verdict(String meaning) {
        this.meaning = meaning;
    }

    /** The verdict as a predicate, for example {@code waits for a lock} in {@code connection 3 waits for a lock}. */
    public String meaning() {
        return meaning;
    }

    /** Whether an operator can fix the reason. */
    public boolean isTrouble() {
        return switch (this) {
            case DEAD_BACKEND, NETWORK, LOCK_WAIT, LEAK, IDLE_IN_TRANSACTION, APP_HOLDING, SLOW_SQL -> true;
            case WORKING, UNKNOWN -> false;
        };
    }
}
