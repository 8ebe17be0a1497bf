package app.rodmena.auth.pool;

import app.rodmena.auth.postgres.TransactionState;
import java.sql.Connection;
import java.sql.SQLException;

/** Opens connections to PostgreSQL for the pool. */
public interface ConnectionSource {
    /** Opens one; blocks for connect_timeout at most. */
    Connection open(PoolSettings settings) throws SQLException;

    /** The pid of PostgreSQL's process behind a connection opened here; 0 where it can't be known. */
    int backendPid(Connection connection) throws SQLException;

    /** What a connection opened here is at, whoever uses it meanwhile; neither blocks nor sends anything. */
    default TransactionState transactionState(Connection connection) {
        return TransactionState.UNKNOWN;
    }
}
