package app.rodmena.auth.diagnosis;

/** The reason why a connection is in use. */
public enum Verdict {
    /** Its backend no longer exists, which the pool has not detected yet. */
    DEAD_BACKEND("talks to a backend that is gone"),
    /** The client waits for a result while PostgreSQL waits for the client or is unreachable. */
    NETWORK("waits for an answer that the network does not deliver"),
    /** Its statement waits for a lock of another session. */
    LOCK_WAIT("waits for a lock"),
    /** Has been held without a statement for longer than leak_threshold. */
    LEAK("was held beyond leak_threshold without SQL"),
    /** A transaction is open, and no statement runs. */
    IDLE_IN_TRANSACTION("has a transaction open and runs nothing"),
    /** The application holds it and runs no statement. */
    APP_HOLDING("is held by the application, which runs nothing on it"),
    /** Its statement has run for longer than slow_query, or than 1 s while callers wait. */
    SLOW_SQL("runs slow SQL"),
    /** It is in normal use. */
    WORKING("is at work"),
    /** The observations do not suffice for a verdict. */
    UNKNOWN("is out, and nobody can tell why");

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
