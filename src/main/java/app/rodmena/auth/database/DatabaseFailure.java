package app.rodmena.auth.database;

import java.util.Objects;

/** The database gave no answer. Never to be read as "no": whoever asked must be told that it is not known. */
public final class DatabaseFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Why there was no answer, safe to be shown to a client. */
    public enum Reason {
        /** No connection came free within pool_timeout. */
        POOL_TIMEOUT,
        /** More than max_waiting callers were waiting already. */
        QUEUE_FULL,
        /** PostgreSQL can't be reached, or broke the connection. */
        DATABASE_DOWN,
        /** The tables are not there yet. */
        NOT_PREPARED,
        /** PostgreSQL answered that it can't: out of resources, read-only after a failover, a conflict. */
        DATABASE_TROUBLE,
        /**
         * The role lacks a privilege that the statement needs; the message names the object, and is safe to be shown.
         */
        PERMISSION_DENIED,
        /** A table, column or the like is missing or different; the message names it, and is safe to be shown. */
        SCHEMA_MISMATCH,
        /** PostgreSQL cancelled the statement after statement_timeout. */
        STATEMENT_TIMEOUT,
        /** This server is stopping. */
        SHUTTING_DOWN
    }

    private final Reason reason;

    public DatabaseFailure(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = Objects.requireNonNull(reason, "reason");
    }

    public Reason reason() {
        return reason;
    }
}
