package app.rodmena.auth.incidents;

import app.rodmena.auth.database.DatabaseFailure;
import java.util.Optional;

/** What an incident began with. */
public enum Cause {
    /** Somebody waited for pool_timeout and got no connection. */
    TIMEOUT,
    /** Somebody was refused because max_waiting others waited. */
    REJECTED,
    /** Somebody waited for longer than incident_wait. */
    LONG_WAIT,
    /**
     * A connection is out for longer than incident_wait for a reason that can be mended, whether or not others wait.
     */
    STUCK,
    /** A connection was held for longer than leak_threshold. */
    LEAK_SUSPECTED,
    /** PostgreSQL does not answer. */
    DATABASE_DOWN;

    /** What a failure to answer is an incident of, if of any. */
    static Optional<Cause> of(DatabaseFailure.Reason reason) {
        return switch (reason) {
            case POOL_TIMEOUT -> Optional.of(TIMEOUT);
            case QUEUE_FULL -> Optional.of(REJECTED);
            case DATABASE_DOWN -> Optional.of(DATABASE_DOWN);
            case STATEMENT_TIMEOUT -> Optional.of(STUCK);
            case NOT_PREPARED, DATABASE_TROUBLE, SHUTTING_DOWN -> Optional.empty();
        };
    }
}
