package app.rodmena.auth.database;

import app.rodmena.auth.pool.NoConnectionException;

/**
 * The kind of failure of a request or of an attempt to connect. Some kinds are finer than a
 * {@link DatabaseFailure.Reason}, or have none.
 */
public enum FailureKind {
    POOL_TIMEOUT(true),
    DEADLINE_EXCEEDED(true),
    QUEUE_FULL(true),
    OVERLOADED(true),
    /** No connection could be opened; see {@link DatabaseFailure.Reason#DATABASE_DOWN}. */
    DATABASE_DOWN(true),
    /** The connection broke during use; also {@link DatabaseFailure.Reason#DATABASE_DOWN}. */
    CONNECTION_LOST(false),
    NOT_PREPARED(true),
    DATABASE_TROUBLE(false),
    PERMISSION_DENIED(false),
    SCHEMA_MISMATCH(false),
    STATEMENT_TIMEOUT(false),
    STATEMENT_CANCELLED(false),
    /** An unexpected error; the client gets status 500. */
    UNEXPECTED(false),
    /** A connection could not be opened. */
    CONNECT_FAILED(false);

    private final boolean withoutConnection;

    FailureKind(boolean withoutConnection) {
        this.withoutConnection = withoutConnection;
    }

    /** Whether the requests failed without a connection; the others failed while they used one. */
    public boolean withoutConnection() {
        return withoutConnection;
    }

    /** @throws IllegalArgumentException for SHUTTING_DOWN, which is not counted as a failure */
    static FailureKind of(DatabaseFailure failure) {
        return failure.reason() == DatabaseFailure.Reason.DATABASE_DOWN
                        && !(failure.getCause() instanceof NoConnectionException)
                ? CONNECTION_LOST
                : valueOf(failure.reason().name());
    }
}
