package app.rodmena.auth.pool;

import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/** Pings PostgreSQL on a connection with an empty statement: one round trip. */
final class ConnectionPing {
    /** The maximum wait for a ping; connect_timeout and the caller's deadline can shorten it. */
    private static final long MAX_MILLIS = 2_000;

    private ConnectionPing() {}

    /**
     * Pings within the time that the settings and the caller's deadline allow.
     *
     * @param remaining time until the caller's deadline
     * @return the failure; null if PostgreSQL responded
     */
    static SQLException ping(Connection connection, PoolSettings settings, Duration remaining) {
        long timeoutMillis =
                Math.min(MAX_MILLIS, Math.min(settings.connectTimeout().toMillis(), remaining.toMillis()));
        try {
            int previousTimeout = connection.getNetworkTimeout();
            connection.setNetworkTimeout(Runnable::run, (int) Math.max(1, timeoutMillis));
            try (var statement = connection.createStatement()) {
                statement.execute("");
            }
            connection.setNetworkTimeout(Runnable::run, previousTimeout);
            return null;
        } catch (SQLException e) {
            return e;
        }
    }

    /** Whether the ping timed out, as opposed to a closed connection. */
    static boolean isTimeout(SQLException failure) {
        return failure.getCause() instanceof SocketTimeoutException;
    }
}
