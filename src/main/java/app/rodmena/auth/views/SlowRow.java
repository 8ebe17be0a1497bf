package app.rodmena.auth.views;

import app.rodmena.auth.metrics.SlowStatement;
import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.WireFormat;
import java.util.List;

@Description("One statement and its slow runs")
public record SlowRow(
        @Description("Name of the statement, for example roles.list")
        String name,

        @Description("SQL text on one line, without values") String sql,

        @Description(value = "Number of slow runs", unit = "times")
        long count,

        @Description(value = "Sum of the slow runs", unit = "milliseconds")
        double totalMillis,

        @Description(value = "Mean of the slow runs", unit = "milliseconds")
        double meanMillis,

        @Description(value = "99th percentile of the slow runs", unit = "milliseconds")
        double p99Millis,

        @Description(value = "Longest run", unit = "milliseconds")
        double mostMillis,

        @Description(value = "Runs that PostgreSQL cancelled after statement_timeout", unit = "times")
        long timeouts,

        @Description(value = "Runs that were cancelled before statement_timeout", unit = "times")
        long cancelled,

        @Description("Routes that ran it, for example GET /api/roles; at most ten")
        List<String> routes,

        @Description("Time of its last slow run, in UTC, for example 2026-11-23T15:34:52.118Z")
        String lastSeen) {

    public static SlowRow of(SlowStatement statement) {
        return new SlowRow(
                statement.name(),
                statement.sql(),
                statement.count(),
                WireFormat.millis(statement.total()),
                WireFormat.millis(statement.mean()),
                WireFormat.millis(statement.p99()),
                WireFormat.millis(statement.max()),
                statement.timeouts(),
                statement.cancelled(),
                statement.routes().stream().sorted().toList(),
                WireFormat.time(statement.lastSeen()));
    }
}
