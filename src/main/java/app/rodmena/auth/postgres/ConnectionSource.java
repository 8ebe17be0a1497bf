package app.rodmena.auth.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/** Opens connections to one PostgreSQL, with the operations on them that JDBC lacks. Thread-safe. */
public interface ConnectionSource {
    /**
     * Opens a connection; the caller closes it. Blocks: connect_timeout limits the TCP connect, and the wait for each
     * server response during login.
     *
     * @throws NoPrimaryException if its session would be on a standby, or read-only
     */
    Connection open(SessionOptions session) throws SQLException;

    /** The pid of the backend of a connection opened here; 0 behind a pooler, whose pids are not those of backends. */
    int backendPid(Connection connection) throws SQLException;

    /** Whether a transaction is open on a connection opened here that runs no statement now. Sends nothing. */
    boolean isInTransaction(Connection connection);

    /** Cancels the running statement of a connection opened here; takes at most 1 s. */
    void cancel(Connection connection) throws SQLException;

    /**
     * The reason why a connection opened here must no longer be used, by the parameters that PostgreSQL has reported;
     * empty if it may be used. Sends nothing. Must be called by the thread that uses the connection.
     */
    Optional<NoPrimaryException> reportedProblem(Connection connection);

    /**
     * The transaction state of a connection opened here. Sends nothing. Safe while another thread uses the connection.
     */
    TransactionState transactionState(Connection connection);
}
