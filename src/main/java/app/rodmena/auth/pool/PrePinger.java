package app.rodmena.auth.pool;

import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/** Asks PostgreSQL for a sign of life on one connection: an empty statement, one round trip. */
final class PrePinger {
    /** A ping is not waited for any longer than this, nor than connect_timeout, nor than its caller's deadline. */
    private static final long MOST_MILLIS = 2_000;

    private PrePinger() {}

    /**
     * Pings within the patience that these settings and the time left to the caller allow.
     *
     * @return what went wrong; null if PostgreSQL answered
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

    /** Whether there was no answer at all, rather than one that the connection is gone. */
    static boolean wasSilence(SQLException failure) {
        return failure.getCause() instanceof SocketTimeoutException;
    }
}
