package app.rodmena.auth.tools.model;

import app.rodmena.auth.cli.Command;
import app.rodmena.auth.cli.OutputFormat;
import app.rodmena.auth.cli.TextReport;
import app.rodmena.auth.tools.model.FleetSimulation.Outcome;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * {@code ./run.sh capacity --simulate}: simulates fleets of 10, 100 and 1,000 workers, with and without PgBouncer in
 * front of PostgreSQL, through a short stall of PostgreSQL.
 */
public record SimulateCommand(int poolSize, int maxOverflow, OutputFormat format) implements Command {
    private static final List<Integer> WORKERS = List.of(10, 100, 1_000);
    private static final int CORES = 16;
    private static final int BOUNCER = 2 * CORES;
    private static final double PER_SECOND = 10_000;
    private static final double MEAN_SECONDS = 0.001;
    private static final double STALL_SECONDS = 0.25;
    private static final double SECONDS = 10;

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
            Outcome outcome = FleetSimulation.run(scenario);
            boolean bouncer = scenario.bouncer().isPresent();
            return new Row(
                    scenario.workers(),
                    bouncer,
                    bouncer ? scenario.bouncer().getAsInt() : scenario.workers() * (scenario.poolMaximum() + 1),
                    outcome.open(),
                    outcome.maxOpen(),
                    outcome.maxActive(),
                    outcome.responseTimes().p50() * 1e3,
                    outcome.responseTimes().p99() * 1e3,
                    outcome.responseTimes().max() * 1e3);
        }

        List<String> cells() {
            return List.of(
                    count(workers),
                    bouncer ? "PgBouncer" : "direct",
                    count(mayOpen),
                    count(open),
                    count(mostOpen),
                    count(mostActive),
                    millis(p50Millis),
                    millis(p99Millis),
                    millis(longestMillis));
        }

        private static String count(int number) {
            return String.format(Locale.ROOT, "%,d", number);
        }

        private static String millis(double millis) {
            return String.format(Locale.ROOT, "%.1f ms", millis);
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
                .table(
                        List.of(
                                "workers",
                                "way",
                                "may open",
                                "open",
                                "most open",
                                "most active",
                                "p50",
                                "p99",
                                "longest"),
                        rows.stream().map(Row::cells).toList())
                .as(format, rows));
        return 0;
    }

    private FleetScenario direct(int workers) {
        return new FleetScenario(
                workers,
                poolSize,
                maxOverflow,
                PER_SECOND,
                MEAN_SECONDS,
                CORES,
                OptionalInt.empty(),
                SECONDS,
                STALL_SECONDS);
    }

    private String assumptions() {
        return String.format(
                Locale.ROOT,
                "Simulated: %,.0f requests/s in all, %.0f ms each (exponential) on a PostgreSQL of %d cores; every worker"
                        + " has a pool of %d + %d; after half of %.0f s PostgreSQL stalls for %.0f ms. Behind"
                        + " PgBouncer (transaction mode) there are %d server connections. The overhead of"
                        + " a connection in PostgreSQL is not modelled.",
                PER_SECOND,
                MEAN_SECONDS * 1e3,
                CORES,
                poolSize,
                maxOverflow,
                SECONDS,
                STALL_SECONDS * 1e3,
                BOUNCER);
    }
}
