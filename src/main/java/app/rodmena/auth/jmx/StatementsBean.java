package app.rodmena.auth.jmx;

import app.rodmena.auth.metrics.Metrics;
import app.rodmena.auth.metrics.SlowStatements.SlowStatement;
import app.rodmena.auth.schema.Description;
import java.util.List;

@Description(
        "Statements that took longer than slow_statement, since start or since the last resetStatistics of the pool")
final class StatementsBean {
    private final Metrics metrics;

    StatementsBean(Metrics metrics) {
        this.metrics = metrics;
    }

    @Description("Statements by the sum of their slow runs, longest first; at most fifty")
    public List<SlowStatement> getByTotal() {
        return metrics.slowStatements().byTotal();
    }

    @Description("Statements by their longest run, longest first; at most fifty")
    public List<SlowStatement> getByWorst() {
        return metrics.slowStatements().byMax();
    }

    @Description(value = "Statements that PostgreSQL cancelled after statement_timeout", unit = "times")
    public long getTimeouts() {
        return metrics.slowStatements().timeouts();
    }
}
