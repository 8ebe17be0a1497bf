package app.rodmena.auth.pool;

import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/** Pings PostgreSQL on a connection with an empty statement: one round trip. */
final class PrePinger {
    /** The maximum wait for a ping; connect_timeout and the caller's deadline can shorten it. */
    private static final long MOST_MILLIS = 2_000;

    private PrePinger() {}

    /**
     * Pings within the time that the settings and the caller's deadline allow.
     *
     * @param left time until the caller's deadline
     * @return the failure; null if PostgreSQL responded
     */
    static SQLException ping(Connection connection, PoolSettings settings, Duration left) {
        long patienceMillis =
                Math.min(MOST_MILLIS, Math.min(settings.connectTimeout().toMillis(), left.toMillis()));
        try {
            int usual = connection.getNetworkTimeout();
            connection.setNetworkTimeout(Runnable::run, (int) Math.max(1, patienceMillis));
            try (var statement = connection.createStatement()) {
                statement.execute("");
            }
            connection.setNetworkTimeout(Runnable::run, usual);
            return null;
        } catch (SQLException e) {
            return e;
        }
    }

    /** Whether the ping timed out, as opposed to a closed connection. */
    static boolean wasSilence(SQLException failure) {
        return failure.getCause() instanceof SocketTimeoutException;
    }
}
