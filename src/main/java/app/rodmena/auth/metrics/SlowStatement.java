package app.rodmena.auth.metrics;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;

/**
 * A statement with its slow runs; faster runs are not counted.
 *
 * @param name such as {@code roles.list}
 * @param sql the text on one line, with its literals masked
 * @param count number of slow runs
 * @param total total duration of the slow runs
 * @param p99 99th percentile of their durations; within 1.6 %
 * @param max maximum duration
 * @param timeouts number of runs that PostgreSQL cancelled because of statement_timeout (SQLState 57014)
 * @param cancelled number of runs that were cancelled on request before statement_timeout (SQLState 57014)
 * @param routes the routes that ran it, at most ten
 * @param lastSeen time of the last slow run
 */
public record SlowStatement(
        String name,
        String sql,
        long count,
        Duration total,
        Duration p99,
        Duration max,
        long timeouts,
        long cancelled,
        Set<String> routes,
        Instant lastSeen) {
    /** The mean duration of a slow run. */
    public Duration mean() {
        return count == 0 ? Duration.ZERO : total.dividedBy(count);
    }
}
