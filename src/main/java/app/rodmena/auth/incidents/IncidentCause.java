package app.rodmena.auth.incidents;

import app.rodmena.auth.database.DatabaseFailure;
import java.util.Optional;

/** What shows that something is wrong. */
public enum IncidentCause {
    /** Somebody waited for pool_timeout and got no connection. */
    TIMEOUT(4),
    /** Somebody was refused because max_waiting others waited. */
    REJECTED(4),
    /** Somebody waited for longer than incident_wait. */
    LONG_WAIT(2),
    /**
     * A connection is out for longer than incident_wait for a reason that can be mended, whether or not others wait.
     */
    STUCK(1),
    /** A connection was held for longer than leak_threshold. */
    LEAK_SUSPECTED(2),
    /** PostgreSQL does not answer, or no connection can be opened. */
    DATABASE_DOWN(5),
    /**
     * PostgreSQL refused a statement: a privilege or a table is missing, the session is read-only, out of resources.
     */
    DATABASE_TROUBLE(4),
    /** Callers wait while no connection is out, although connections are opened. */
    STALLED(3);

    private final int severity;

    IncidentCause(int severity) {
        this.severity = severity;
    }

    /** Of two causes with the same root the more severe one names the incident. */
    int severity() {
        return severity;
    }

    /** What a failure to answer is an incident of, if of any. */
    static Optional<IncidentCause> of(DatabaseFailure.Reason reason) {
        return switch (reason) {
            case POOL_TIMEOUT -> Optional.of(TIMEOUT);
            case QUEUE_FULL -> Optional.of(REJECTED);
            case DATABASE_DOWN -> Optional.of(DATABASE_DOWN);
            case STATEMENT_TIMEOUT -> Optional.of(STUCK);
            case DATABASE_TROUBLE, PERMISSION_DENIED, SCHEMA_MISMATCH -> Optional.of(DATABASE_TROUBLE);
            case NOT_PREPARED, SHUTTING_DOWN -> Optional.empty();
        };
    }
}
