package app.rodmena.auth.jmx;

import app.rodmena.auth.mbean.Describe;
import app.rodmena.auth.metrics.Metrics;
import app.rodmena.auth.metrics.SlowStatement;
import java.util.List;

@Describe("Statements that took longer than slow_statement, since start or since the last resetStatistics of the pool")
final class StatementsBean {
    private final Metrics metrics;

    @Describe("One statement, and how slow it was when it was")
    record Slow(
            @Describe("Its name, as roles.list") String name,

            @Describe("Its text on one line, without values")
            String sql,

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

        static Slow of(SlowStatement statement) {
            return new Slow(
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

    StatementsBean(Metrics metrics) {
        this.metrics = metrics;
    }

    @Describe("Those whose slow runs took most together, the worst first; fifty at most")
    public List<Slow> getByTotal() {
        return metrics.slowStatements().byTotal().stream().map(Slow::of).toList();
    }

    @Describe("Those with the longest single run, the worst first; fifty at most")
    public List<Slow> getByWorst() {
        return metrics.slowStatements().byWorst().stream().map(Slow::of).toList();
    }

    @Describe(value = "How often PostgreSQL cancelled one of them after statement_timeout", unit = "times")
    public long getTimeouts() {
        return metrics.slowStatements().timeouts();
    }
}
