package app.rodmena.auth.postgres;

/** What a connection is at, seen from this side of it. */
public enum TransactionState {
    /** Nothing runs, and no transaction is open. */
    IDLE,
    /** A statement was sent, and its answer is not complete. */
    ACTIVE,
    /** A transaction is open, and PostgreSQL waits for its next statement. */
    IN_TRANSACTION,
    /** A statement failed, and PostgreSQL refuses all others until a rollback. */
    FAILED,
    /** What it is at can't be known. */
    UNKNOWN
}
