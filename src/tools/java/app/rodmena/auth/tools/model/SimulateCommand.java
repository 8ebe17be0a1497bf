package app.rodmena.auth.tools.model;

import static app.rodmena.auth.common.NumberText.decimal;
import static app.rodmena.auth.common.NumberText.grouped;

import app.rodmena.auth.cli.Command;
import app.rodmena.auth.cli.TextReport;
import app.rodmena.auth.cli.TextReport.OutputFormat;
import app.rodmena.auth.tools.model.FleetSimulation.FleetScenario;
import java.io.PrintStream;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * {@code ./run.sh capacity --simulate}: simulates fleets of 10, 100 and 1,000 workers, with and without PgBouncer in
 * front of PostgreSQL, through a short stall of PostgreSQL.
 */
public record SimulateCommand(int poolSize, int maxOverflow, OutputFormat format) implements Command {
    private static final List<String> HEADER =
            List.of("workers", "way", "may open", "open", "most open", "most active", "p50", "p99", "longest");

    private static final List<Integer> WORKERS = List.of(10, 100, 1_000);
    private static final int CORES = 16;
    private static final int BOUNCER = 2 * CORES;
    private static final int PER_SECOND = 10_000;
    private static final int MEAN_MILLIS = 1;
    private static final int STALL_MILLIS = 250;
    private static final int SECONDS = 10;

    private record Row(
            int workers,
            boolean bouncer,
            int mayOpen,
            int open,
            int mostOpen,
            int mostActive,
            double p50Millis,
            double p99Millis,
            double longestMillis) {
        static Row of(FleetScenario scenario) {
            FleetSimulation.Outcome outcome = FleetSimulation.run(scenario);
            WaitDistribution times = outcome.responseTimes();
            boolean bouncer = scenario.bouncer().isPresent();
            return new Row(
                    scenario.workers(),
                    bouncer,
                    bouncer ? scenario.bouncer().getAsInt() : scenario.workers() * (scenario.poolMaximum() + 1),
                    outcome.open(),
                    outcome.maxOpen(),
                    outcome.maxActive(),
                    times.p50() * 1e3,
                    times.p99() * 1e3,
                    times.max() * 1e3);
        }

        List<String> cells() {
            return List.of(
                    grouped(workers),
                    bouncer ? "PgBouncer" : "direct",
                    grouped(mayOpen),
                    grouped(open),
                    grouped(mostOpen),
                    grouped(mostActive),
                    millis(p50Millis),
                    millis(p99Millis),
                    millis(longestMillis));
        }

        private static String millis(double millis) {
            return decimal(millis, 1) + " ms";
        }
    }

    @Override
    public int run(PrintStream out) {
        List<Row> rows = WORKERS.stream()
                .map(this::direct)
                .flatMap(direct -> Stream.of(direct, direct.withBouncer(BOUNCER)))
                .map(Row::of)
                .toList();
        out.print(new TextReport()
                .say(assumptions())
                .table(HEADER, rows.stream().map(Row::cells).toList())
                .as(format, rows));
        return 0;
    }

    private FleetScenario direct(int workers) {
        double mean = MEAN_MILLIS / 1e3;
        double stall = STALL_MILLIS / 1e3;
        OptionalInt bouncer = OptionalInt.empty();
        return new FleetScenario(workers, poolSize, maxOverflow, PER_SECOND, mean, CORES, bouncer, SECONDS, stall);
    }

    private String assumptions() {
        return ("Simulated: %s requests/s in all, %s ms each (exponential) on a PostgreSQL of %s cores; every worker"
                        + " has a pool of %s + %s; after half of %s s PostgreSQL stalls for %s ms. Behind"
                        + " PgBouncer (transaction mode) there are %s server connections. The overhead of"
                        + " a connection in PostgreSQL is not modelled.")
                .formatted(
                        grouped(PER_SECOND), MEAN_MILLIS, CORES, poolSize, maxOverflow, SECONDS, STALL_MILLIS, BOUNCER);
    }
}
