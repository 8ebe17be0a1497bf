package app.rodmena.auth.pool;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.Executor;

/** A connection for whoever may ask PostgreSQL something, and may not end the connection. */
final class LoanedConnection extends DelegatingConnection {
    LoanedConnection(Connection delegate) {
        super(delegate);
    }

    /** Whoever had it may have left a transaction open, which is ended here, or have broken it. */
    boolean isUnharmed() {
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
        throw new SQLException("the connection is the pool's to close");
    }

    @Override
    public void abort(Executor executor) throws SQLException {
        throw new SQLException("the connection is the pool's to abort");
    }
}
