package app.rodmena.auth.diagnosis.incident;

import app.rodmena.auth.database.DatabaseFailure;
import java.util.Optional;

/** The cause of an incident: the observed symptom. */
public enum IncidentCause {
    /** A caller waited for pool_timeout without getting a connection. */
    TIMEOUT(4),
    /** A caller was refused because max_waiting callers were already waiting. */
    REJECTED(4),
    /** A caller waited for longer than incident_wait. */
    LONG_WAIT(2),
    /**
     * A connection is in use for longer than incident_wait for a reason that an operator can fix, or a statement ran
     * into its timeout or was cancelled; with or without waiting callers.
     */
    STUCK(1),
    /** A connection has been held for longer than leak_threshold. */
    LEAK_SUSPECTED(2),
    /** PostgreSQL does not answer, or connections cannot be opened. */
    DATABASE_DOWN(5),
    /**
     * PostgreSQL refused a statement, for example because of a missing privilege or table, a read-only session or a
     * lack of resources; or a connection broke in use.
     */
    DATABASE_TROUBLE(4),
    /** Callers wait and no connection is in use, although connections are opened. */
    STALLED(3);

    /** An incident has the most severe cause of its occurrences. */
    final int severity;

    IncidentCause(int severity) {
        this.severity = severity;
    }

    /** The cause of the incident for a failed request; empty if such a failure is no incident. */
    static Optional<IncidentCause> of(DatabaseFailure.Reason reason) {
        return switch (reason) {
            case POOL_TIMEOUT, DEADLINE_EXCEEDED -> Optional.of(TIMEOUT);
            case QUEUE_FULL, OVERLOADED -> Optional.of(REJECTED);
            case DATABASE_DOWN -> Optional.of(DATABASE_DOWN);
            case STATEMENT_TIMEOUT, STATEMENT_CANCELLED -> Optional.of(STUCK);
            case DATABASE_TROUBLE, PERMISSION_DENIED, SCHEMA_MISMATCH -> Optional.of(DATABASE_TROUBLE);
            case NOT_PREPARED, SHUTTING_DOWN -> Optional.empty();
        };
    }
}
