package app.rodmena.auth.tools.model;

import static app.rodmena.auth.common.NumberText.decimal;
import static app.rodmena.auth.common.NumberText.grouped;

import app.rodmena.auth.cli.Command;
import app.rodmena.auth.cli.TextReport;
import app.rodmena.auth.cli.TextReport.OutputFormat;
import app.rodmena.auth.pool.TenantSimulation;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * {@code ./run.sh capacity --simulate-tenants}: simulates the admission queue with a quiet tenant beside a noisy one,
 * in order of arrival and with tenants that take turns.
 */
public record SimulateTenantsCommand(int connections, OutputFormat format) implements Command {
    private static final List<Integer> NOISY_CLIENTS = List.of(0, 10, 100, 500, 1_000);

    private record Row(int noisyRequests, boolean inTurns, double p50Millis, double p99Millis, double longestMillis) {
        static Row of(int connections, int noisyRequests, boolean inTurns) {
            TenantSimulation.Outcome outcome = TenantSimulation.run(connections, noisyRequests, inTurns);
            return new Row(noisyRequests, inTurns, millis(outcome.p50()), millis(outcome.p99()), millis(outcome.max()));
        }

        private static double millis(Duration duration) {
            return duration.toNanos() / 1e6;
        }

        List<String> cells() {
            String order = inTurns ? "tenants in turns" : "arrival";
            return List.of(grouped(noisyRequests), order, text(p50Millis), text(p99Millis), text(longestMillis));
        }

        private static String text(double millis) {
            return decimal(millis, 1) + " ms";
        }
    }

    @Override
    public int run(PrintStream out) {
        List<Row> rows = NOISY_CLIENTS.stream()
                .flatMap(clients -> Stream.of(Row.of(connections, clients, false), Row.of(connections, clients, true)))
                .toList();
        out.print(new TextReport()
                .say(assumptions())
                .table(
                        List.of("noisy requests", "order", "p50", "p99", "longest"),
                        rows.stream().map(Row::cells).toList())
                .as(format, rows));
        return 0;
    }

    private String assumptions() {
        return ("Simulated: the response times of a tenant that sends one request at a time, beside a tenant with many"
                        + " concurrent requests; %s connections, each request uses one for %s ms on average"
                        + " (exponential). In order of arrival, and with tenants that take turns, as in the server.")
                .formatted(connections, TenantSimulation.MEAN_USE.toMillis());
    }
}
