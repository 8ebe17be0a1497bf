package app.rodmena.auth.metrics;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;

/**
 * A statement that was slow, and how slow, whenever it was: runs that were not slow are not counted here.
 *
 * @param name as {@code roles.list}
 * @param sql on one line, with its literals masked
 * @param count how often it was slow
 * @param total how long these runs took together
 * @param p99 99 % of these runs were shorter; within 1.6 %
 * @param most the longest of them
 * @param timeouts how often PostgreSQL cancelled it after statement_timeout (SQLState 57014)
 * @param cancelled how often it was cancelled before that, by somebody (57014, too)
 * @param routes what it was run for, ten of them at most
 * @param lastSeen when it was last slow
 */
public record SlowStatement(
        String name,
        String sql,
        long count,
        Duration total,
        Duration p99,
        Duration most,
        long timeouts,
        long cancelled,
        Set<String> routes,
        Instant lastSeen) {
    /** How long a slow run of it took, on average. */
    public Duration mean() {
        return count == 0 ? Duration.ZERO : total.dividedBy(count);
    }
}
