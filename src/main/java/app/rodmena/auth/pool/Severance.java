package app.rodmena.auth.pool;

import java.sql.Connection;
import java.sql.SQLException;

/** The end of a connection that nobody waits for the answer of any more. */
final class Severance {
    private Severance() {}

    /** Ends it, whatever it is at; takes a second at most. */
    static void cut(Connection connection, ConnectionSource source) {
        try {
            // PostgreSQL would go on with the statement until it notices that nobody wants its answer.
            source.cancel(connection);
        } catch (SQLException | RuntimeException e) {
            // It can't be told; statement_timeout ends it then.
        }
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            // An abort that fails has nobody to tell: the connection is gone for us either way.
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
