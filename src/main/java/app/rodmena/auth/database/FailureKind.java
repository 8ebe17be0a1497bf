package app.rodmena.auth.database;

import app.rodmena.auth.pool.NoConnectionException;

/** The kind of failure of a request or of an attempt to connect. */
public enum FailureKind {
    /** See {@link DatabaseFailure.Reason#POOL_TIMEOUT}. */
    POOL_TIMEOUT(true),
    /** See {@link DatabaseFailure.Reason#DEADLINE_EXCEEDED}. */
    DEADLINE_EXCEEDED(true),
    /** See {@link DatabaseFailure.Reason#QUEUE_FULL}. */
    QUEUE_FULL(true),
    /** See {@link DatabaseFailure.Reason#OVERLOADED}. */
    OVERLOADED(true),
    /** No connection could be opened; see {@link DatabaseFailure.Reason#DATABASE_DOWN}. */
    DATABASE_DOWN(true),
    /** The connection broke during use; also {@link DatabaseFailure.Reason#DATABASE_DOWN}. */
    CONNECTION_LOST(false),
    /** See {@link DatabaseFailure.Reason#NOT_PREPARED}. */
    NOT_PREPARED(true),
    /** See {@link DatabaseFailure.Reason#DATABASE_TROUBLE}. */
    DATABASE_TROUBLE(false),
    /** See {@link DatabaseFailure.Reason#PERMISSION_DENIED}. */
    PERMISSION_DENIED(false),
    /** See {@link DatabaseFailure.Reason#SCHEMA_MISMATCH}. */
    SCHEMA_MISMATCH(false),
    /** See {@link DatabaseFailure.Reason#STATEMENT_TIMEOUT}. */
    STATEMENT_TIMEOUT(false),
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
