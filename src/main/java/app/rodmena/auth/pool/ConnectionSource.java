package app.rodmena.auth.pool;

import java.sql.Connection;
import java.sql.SQLException;

/** Opens connections to PostgreSQL for the pool. */
public interface ConnectionSource {
    /** Opens one. Blocks: connect_timeout bounds the connecting, and each answer of the server while logging in. */
    Connection open(PoolSettings settings) throws SQLException;

    /** The pid of PostgreSQL's process behind a connection opened here; 0 where it can't be known. */
    int backendPid(Connection connection) throws SQLException;
}
