package app.rodmena.auth.database;

import app.rodmena.auth.pool.NoConnectionException;
import java.util.Objects;

/** The database returned no result. Must never be treated as "no": the caller gets an error. */
public final class DatabaseFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** The reason of a failure, safe for responses. */
    public enum Reason {
        /** No connection became free within pool_timeout. */
        POOL_TIMEOUT,
        /** The request's own deadline passed. */
        DEADLINE_EXCEEDED,
        /** max_waiting callers were waiting already. */
        QUEUE_FULL,
        /** The pool is overloaded. */
        OVERLOADED,
        /** PostgreSQL is unreachable, or the connection broke. */
        DATABASE_DOWN,
        /** The tables do not exist yet. */
        NOT_PREPARED,
        /** PostgreSQL reported a temporary error: out of resources, read-only after a failover, a conflict. */
        DATABASE_TROUBLE,
        /**
         * The role lacks a privilege that the statement needs; the message names the object and is safe for responses.
         */
        PERMISSION_DENIED,
        /** A table, column or other object is missing or different; the message names it and is safe for responses. */
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

    /** The time after which another attempt may succeed, in seconds; 0 if unknown. */
    public int retryAfterSeconds() {
        return getCause() instanceof NoConnectionException refused ? refused.retryAfterSeconds() : 0;
    }
}
