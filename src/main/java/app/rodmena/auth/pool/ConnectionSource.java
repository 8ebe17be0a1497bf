package app.rodmena.auth.pool;

import app.rodmena.auth.postgres.TransactionState;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/** Opens connections to PostgreSQL for the pool. */
public interface ConnectionSource {
    /**
     * Opens a connection. Blocks: connect_timeout limits the TCP connect, and the wait for each server response during
     * login.
     */
    Connection open(PoolSettings settings) throws SQLException;

    /** The pid of the PostgreSQL backend of a connection from this source; 0 if unknown. */
    int backendPid(Connection connection) throws SQLException;

    /** Whether a connection from this source, with no statement running, has an open transaction; sends nothing. */
    boolean isInTransaction(Connection connection);

    /** Cancels the running statement of a connection from this source; takes at most one second. */
    void cancel(Connection connection) throws SQLException;

    /**
     * The reason why a connection from this source is no longer usable, according to status reports already received
     * from PostgreSQL, for example a read-only session; empty if usable. Sends nothing. Called by the thread that uses
     * the connection.
     */
    default Optional<? extends SQLException> reportedProblem(Connection connection) {
        return Optional.empty();
    }

    /** The transaction state of a connection from this source. Thread-safe; neither blocks nor sends anything. */
    default TransactionState transactionState(Connection connection) {
        return TransactionState.UNKNOWN;
    }
}
