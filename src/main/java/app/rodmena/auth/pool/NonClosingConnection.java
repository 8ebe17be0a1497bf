package app.rodmena.auth.pool;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.Executor;

/** A connection for interceptors, which may use it but must not close it. */
final class NonClosingConnection extends DelegatingConnection {
    NonClosingConnection(Connection delegate) {
        super(delegate);
    }

    /** Rolls back an open transaction, and returns whether the connection is still usable. */
    boolean resetAndCheck() {
        try {
            if (!isClosed() && !getAutoCommit()) {
                rollback();
                setAutoCommit(true);
            }
            return !isClosed();
        } catch (SQLException e) {
            return false;
        }
    }

    @Override
    public void close() throws SQLException {
        throw new SQLException("only the pool may close the connection");
    }

    @Override
    public void abort(Executor executor) throws SQLException {
        throw new SQLException("only the pool may abort the connection");
    }
}
