package app.rodmena.auth.views;

import app.rodmena.auth.mbean.Describe;
import app.rodmena.auth.metrics.SlowStatement;
import java.util.List;

@Describe("One statement, and how slow it was when it was")
public record SlowRow(
        @Describe("Its name, as roles.list") String name,

        @Describe("Its text on one line, without values") String sql,

        @Describe(value = "How often it was slow", unit = "times")
        long count,

        @Describe(value = "All slow runs together", unit = "milliseconds")
        double totalMillis,

        @Describe(value = "Mean of the slow runs", unit = "milliseconds")
        double meanMillis,

        @Describe(value = "99 % of the slow runs were shorter", unit = "milliseconds")
        double p99Millis,

        @Describe(value = "The longest run", unit = "milliseconds")
        double mostMillis,

        @Describe(value = "How often PostgreSQL cancelled it after statement_timeout", unit = "times")
        long timeouts,

        @Describe(value = "How often somebody cancelled it before that", unit = "times")
        long cancelled,

        @Describe("What it was run for, as GET /api/roles; ten at most")
        List<String> routes,

        @Describe("When it was last slow, in UTC, as 2026-11-23T15:34:52.118Z")
        String lastSeen) {

    public static SlowRow of(SlowStatement statement) {
        return new SlowRow(
                statement.name(),
                statement.sql(),
                statement.count(),
                Text.millis(statement.total()),
                Text.millis(statement.mean()),
                Text.millis(statement.p99()),
                Text.millis(statement.most()),
                statement.timeouts(),
                statement.cancelled(),
                statement.routes().stream().sorted().toList(),
                Text.time(statement.lastSeen()));
    }
}
