package app.rodmena.auth.pool;

import java.sql.Connection;
import java.sql.SQLException;

/** Cancels the running statement of a connection and aborts it. */
final class ConnectionAborter {
    private ConnectionAborter() {}

    /** Cancels and aborts the connection in any state; takes at most one second. */
    static void abort(Connection connection, ConnectionSource source) {
        try {
            // Without a cancel, PostgreSQL would continue the statement until it detects the closed connection.
            source.cancel(connection);
        } catch (SQLException | RuntimeException e) {
            // The cancel failed; statement_timeout ends the statement.
        }
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            // The pool discards the connection in either case.
        }
    }

    static boolean isBroken(Connection connection) {
        try {
            return connection.isClosed();
        } catch (SQLException e) {
            return true;
        }
    }
}
