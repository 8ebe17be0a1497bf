package app.rodmena.auth.metrics;

import app.rodmena.auth.schema.Description;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A statement with its slow runs; faster runs are not counted. Percentiles are within 1.6 %. PostgreSQL reports a
 * cancelled run, after statement_timeout or before, with SQLState 57014.
 */
@Description("One statement and its slow runs")
public record SlowStatement(
        @Description("Name of the statement, for example roles.list")
        String name,

        @Description("SQL text on one line, without values") String sql,

        @Description(value = "Number of slow runs", unit = "times")
        long count,

        @Description("Sum of the slow runs") Duration total,

        @Description("99th percentile of the slow runs") Duration p99,

        @Description(name = "most", value = "Longest run") Duration max,

        @Description(value = "Runs that PostgreSQL cancelled after statement_timeout", unit = "times")
        long timeouts,

        @Description(value = "Runs that were cancelled before statement_timeout", unit = "times")
        long cancelled,

        @Description("Routes that ran it, for example GET /api/roles; at most ten")
        List<String> routes,

        @Description("Time of its last slow run, in UTC, for example 2026-11-23T15:34:52.118Z")
        Instant lastSeen) {
    @Description("Mean of the slow runs")
    public Duration mean() {
        return count == 0 ? Duration.ZERO : total.dividedBy(count);
    }
}
