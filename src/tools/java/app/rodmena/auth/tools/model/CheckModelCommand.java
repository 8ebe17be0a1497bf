package app.rodmena.auth.tools.model;

import static app.rodmena.auth.common.NumberText.decimal;

import app.rodmena.auth.capacity.QueueModel;
import app.rodmena.auth.capacity.QueueModel.OfferedLoad;
import app.rodmena.auth.cli.Command;
import app.rodmena.auth.cli.CommandFailedException;
import app.rodmena.auth.cli.TextReport;
import app.rodmena.auth.cli.TextReport.OutputFormat;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.postgres.DatabaseUrl;
import app.rodmena.auth.postgres.embedded.EmbeddedConfig;
import app.rodmena.auth.postgres.embedded.EmbeddedDatabase;
import app.rodmena.auth.postgres.embedded.EmbeddedDatabaseException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;

/**
 * {@code ./run.sh capacity --check-model}: compares the model's expected waits for a connection with waits measured in
 * a real pool.
 *
 * @param database the PostgreSQL to connect to; if empty, an embedded one is started
 * @param connections the size of the pool
 * @param each the duration of each load
 * @param format the output format
 */
public record CheckModelCommand(Optional<DatabaseUrl> database, int connections, Duration each, OutputFormat format)
        implements Command {
    private static final List<String> HEADER = List.of(
            "arrivals, uses",
            "busy",
            "per s",
            "use ms",
            "cv2",
            "mean expected",
            "measured",
            "p99 expected",
            "measured");

    private record Row(
            String load,
            double busy,
            double checkoutsPerSecond,
            double meanUseMillis,
            double useVariation,
            double expectedMeanMillis,
            double measuredMeanMillis,
            double expectedP99Millis,
            double measuredP99Millis) {
        static Row of(ModelCheck.Outcome outcome) {
            QueueModel queue = outcome.queue();
            OfferedLoad load = queue.load();
            return new Row(
                    outcome.point().what(),
                    queue.utilisation(),
                    load.perSecond(),
                    load.meanSeconds() * 1e3,
                    load.serviceVariation(),
                    finite(queue.meanWait() * 1e3),
                    outcome.measured().mean() * 1e3,
                    finite(queue.wait(0.99) * 1e3),
                    outcome.measured().p99() * 1e3);
        }

        private static double finite(double millis) {
            return Double.isFinite(millis) ? millis : -1;
        }

        List<String> cells() {
            return List.of(
                    load,
                    number(busy * 100, 0) + "%",
                    number(checkoutsPerSecond, 0),
                    number(meanUseMillis, 1),
                    number(useVariation, 2),
                    number(expectedMeanMillis, 2),
                    number(measuredMeanMillis, 2),
                    number(expectedP99Millis, 1),
                    number(measuredP99Millis, 1));
        }

        private static String number(double value, int digits) {
            return value < 0 ? "no end" : decimal(value, digits);
        }
    }

    @Override
    public int run(PrintStream out) throws CommandFailedException, InterruptedException {
        List<Row> rows = database.isPresent() ? measure(database.get().target()) : measureEmbedded();
        out.print(report(rows).as(format, rows));
        return 0;
    }

    private TextReport report(List<Row> rows) {
        return new TextReport()
                .say("%s connections, each use a pg_sleep of %s ms on average; %s s for each load. Waits in ms."
                        .formatted(connections, decimal(ModelCheck.MEAN_USE_SECONDS * 1e3, 0), each.toSeconds()))
                .table(HEADER, rows.stream().map(Row::cells).toList());
    }

    private List<Row> measureEmbedded() throws CommandFailedException, InterruptedException {
        try {
            Path directory = Files.createTempDirectory("auth-capacity");
            try (EmbeddedDatabase own = EmbeddedDatabase.start(new EmbeddedConfig(directory, true))) {
                return measure(own.target());
            } finally {
                Files.deleteIfExists(directory);
            }
        } catch (IOException | EmbeddedDatabaseException e) {
            throw new CommandFailedException("PostgreSQL is not available: " + e.getMessage(), e);
        }
    }

    private List<Row> measure(DatabaseTarget target) throws CommandFailedException, InterruptedException {
        try (ModelCheck check = new ModelCheck(target, connections, each)) {
            check.warmUp();
            List<Row> rows = new ArrayList<>();
            for (ModelCheck.LoadPoint point : ModelCheck.LoadPoint.ALL) {
                rows.add(Row.of(check.measure(point)));
            }
            return rows;
        } catch (ExecutionException e) {
            throw new CommandFailedException(
                    "the measurement failed: " + e.getCause().getMessage(), e);
        }
    }
}
