package app.rodmena.auth.jmx;

import app.rodmena.auth.mbean.Describe;
import app.rodmena.auth.metrics.Metrics;
import app.rodmena.auth.views.SlowRow;
import java.util.List;

@Describe("Statements that took longer than slow_statement, since start or since the last resetStatistics of the pool")
final class StatementsBean {
    private final Metrics metrics;

    StatementsBean(Metrics metrics) {
        this.metrics = metrics;
    }

    @Describe("Those whose slow runs took most together, the worst first; fifty at most")
    public List<SlowRow> getByTotal() {
        return metrics.slowStatements().byTotal().stream().map(SlowRow::of).toList();
    }

    @Describe("Those with the longest single run, the worst first; fifty at most")
    public List<SlowRow> getByWorst() {
        return metrics.slowStatements().byWorst().stream().map(SlowRow::of).toList();
    }

    @Describe(value = "How often PostgreSQL cancelled one of them after statement_timeout", unit = "times")
    public long getTimeouts() {
        return metrics.slowStatements().timeouts();
    }
}
