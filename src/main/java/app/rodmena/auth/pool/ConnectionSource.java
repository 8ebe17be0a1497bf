package app.rodmena.auth.pool;

import app.rodmena.auth.postgres.TransactionState;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/** Opens connections to PostgreSQL for the pool. */
public interface ConnectionSource {
    /** Opens one. Blocks: connect_timeout bounds the connecting, and each answer of the server while logging in. */
    Connection open(PoolSettings settings) throws SQLException;

    /** The pid of PostgreSQL's process behind a connection opened here; 0 where it can't be known. */
    int backendPid(Connection connection) throws SQLException;

    /** Whether a transaction is open on a connection opened here, on which nothing runs now; sends nothing. */
    boolean isInTransaction(Connection connection);

    /** Asks PostgreSQL to stop what runs on a connection opened here; waits a second at most. */
    void cancel(Connection connection) throws SQLException;

    /**
     * Why a connection opened here must not be used any more, by what PostgreSQL has reported with its answers, as that
     * its session is read-only; empty if it may. Sends nothing. Called by the thread that uses the connection.
     */
    default Optional<? extends SQLException> reportedProblem(Connection connection) {
        return Optional.empty();
    }

    /** What a connection opened here is at, whoever uses it meanwhile; neither blocks nor sends anything. */
    default TransactionState transactionState(Connection connection) {
        return TransactionState.UNKNOWN;
    }
}
