package app.rodmena.auth.jmx;

import app.rodmena.auth.metrics.Metrics;
import app.rodmena.auth.schema.Description;
import app.rodmena.auth.views.SlowRow;
import java.util.List;

@Description(
        "Statements that took longer than slow_statement, since start or since the last resetStatistics of the pool")
final class StatementsBean {
    private final Metrics metrics;

    StatementsBean(Metrics metrics) {
        this.metrics = metrics;
    }

    @Description("Statements by the sum of their slow runs, longest first; at most fifty")
    public List<SlowRow> getByTotal() {
        return metrics.slowStatements().byTotal().stream().map(SlowRow::of).toList();
    }

    @Description("Statements by their longest run, longest first; at most fifty")
    public List<SlowRow> getByWorst() {
        return metrics.slowStatements().byMax().stream().map(SlowRow::of).toList();
    }

    @Description(value = "Statements that PostgreSQL cancelled after statement_timeout", unit = "times")
    public long getTimeouts() {
        return metrics.slowStatements().timeouts();
    }
}
