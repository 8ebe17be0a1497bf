package app.rodmena.auth.postgres;

import java.time.Duration;
import java.util.Optional;

/**
 * The name and timeouts of a connection. Immutable.
 *
 * @param applicationName application_name in pg_stat_activity
 * @param statementTimeout after which PostgreSQL cancels a statement; empty for the server's own setting
 * @param connectTimeout maximum wait for the TCP connection, and for each response until the login is complete; rounded
 *     up to whole seconds
 * @param socketTimeout maximum wait for a response after the login; empty for no limit
 */
public record SessionOptions(
        String applicationName,
        Optional<Duration> statementTimeout,
        Duration connectTimeout,
        Optional<Duration> socketTimeout) {}
