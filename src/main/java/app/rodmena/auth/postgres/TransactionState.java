package app.rodmena.auth.postgres;

import app.rodmena.auth.common.WireNamed;

/** The transaction state of a connection, as the client sees it. */
public enum TransactionState implements WireNamed {
    /** Nothing runs, and no transaction is open. */
    IDLE,
    /** A statement was sent, and its response is not complete. */
    ACTIVE,
    /** A transaction is open, and PostgreSQL waits for its next statement. */
    IN_TRANSACTION,
    /** A statement failed, and PostgreSQL refuses all others until a rollback. */
    FAILED,
    /** The state cannot be determined. */
    UNKNOWN
}
