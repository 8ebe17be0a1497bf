package app.rodmena.auth.postgres;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * What one connection is for, and how long it may wait.
 *
 * @param applicationName how PostgreSQL shows it in pg_stat_activity
 * @param statementTimeout after which PostgreSQL cancels a statement; empty for the server's own setting
 * @param connectTimeout longest wait for the TCP connection, and for every answer until the login is done; rounded up
 *     to whole seconds
 * @param socketTimeout longest wait for an answer after that; empty for no limit
 */
public record Session(
        String applicationName,
        Optional<Duration> statementTimeout,
        Duration connectTimeout,
        Optional<Duration> socketTimeout) {
    public Session {
        Objects.requireNonNull(applicationName, "applicationName");
        Objects.requireNonNull(statementTimeout, "statementTimeout");
        Objects.requireNonNull(connectTimeout, "connectTimeout");
        Objects.requireNonNull(socketTimeout, "socketTimeout");
    }
}
