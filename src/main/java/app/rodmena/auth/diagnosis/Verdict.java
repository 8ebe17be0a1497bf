package app.rodmena.auth.diagnosis;

/** Why a connection is out. */
public enum Verdict {
    /** PostgreSQL no longer has a backend of its pid, and the pool does not know yet. */
    DEAD_BACKEND("talks to a backend that is gone"),
    /** We wait for PostgreSQL's answer while PostgreSQL waits for us, or can't be reached at all. */
    NETWORK("waits for an answer that the network does not deliver"),
    /** Its statement waits for a lock that somebody else has. */
    LOCK_WAIT("waits for a lock"),
    /** Held for longer than leak_threshold, and as long nothing was asked on it. */
    LEAK("was held beyond leak_threshold without SQL"),
    /** A transaction is open on it, and nothing runs. */
    IDLE_IN_TRANSACTION("has a transaction open and runs nothing"),
    /** The application has it and runs nothing on it. */
    APP_HOLDING("is held by the application, which runs nothing on it"),
    /** Its statement runs for longer than it should. */
    SLOW_SQL("runs slow SQL"),
    /** It is in use as it should be. */
    WORKING("is at work"),
    /** Neither side tells enough. */
    UNKNOWN("is out, and nobody can tell why");

    private final String meaning;

    Verdict(String meaning) {
        this.meaning = meaning;
    }

    /** What such a connection does, to follow a subject, as in {@code connection 3 waits for a lock}. */
    public String meaning() {
        return meaning;
    }

    /** Whether there is anything to do about it. */
    public boolean isTrouble() {
        return switch (this) {
            case DEAD_BACKEND, NETWORK, LOCK_WAIT, LEAK, IDLE_IN_TRANSACTION, APP_HOLDING, SLOW_SQL -> true;
            case WORKING, UNKNOWN -> false;
        };
    }
}
