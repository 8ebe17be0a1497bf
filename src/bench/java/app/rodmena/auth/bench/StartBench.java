package app.rodmena.auth.bench;

import app.rodmena.auth.bench.Results.Spread;
import app.rodmena.auth.embedded.EmbeddedDatabaseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine.Option;

/** How long {@code ./run.sh} takes until the first answer from the database, and what the server takes at rest. */
final class StartBench implements Task {
    @Option(
            names = "--times",
            paramLabel = "N",
            defaultValue = "5",
            description = "Starts of each kind (${DEFAULT-VALUE})")
    int times;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this")
    boolean help;

    @Override
    public boolean isHelpWanted() {
        return help;
    }

    @Override
    public Optional<String> complaint() {
        return times < 1 ? Optional.of("--times must be 1 or more") : Optional.empty();
    }

    @Override
    public void run(Path home, Path directory)
            throws IOException, InterruptedException, SQLException, EmbeddedDatabaseException {
        List<Start> external = new ArrayList<>();
        List<Start> own = new ArrayList<>();
        try (Database database =
                Database.start(directory.resolve("postgresql"), new Dataset(Dataset.LEAST_MEMBERSHIPS))) {
            Map<String, String> elsewhere = Map.of("AUTH_DATABASE_URL", database.url());
            Path data = Files.createDirectory(directory.resolve("own"));
            Map<String, String> here = Map.of("AUTH_DATA_DIR", data.toString());
            Start.of(home, directory, here); // Makes the data directory
            for (int i = 0; i < times; i++) {
                external.add(Start.of(home, directory, elsewhere));
                own.add(Start.of(home, directory, here));
            }
        }
        System.out.printf(
                """
                Median and range of %d starts in turns, Java %s, %d cores

                | `./run.sh` | to the first 200, ms | CPU until then, ms | RSS at rest |
                |---|---:|---:|---:|
                %s%s%n""",
                times,
                Runtime.version().feature(),
                Runtime.getRuntime().availableProcessors(),
                row("on a database that is there", external),
                row("with its own PostgreSQL, warm", own));
    }

    private static String row(String what, List<Start> starts) {
        return "| %s | %s | %s | %s |%n"
                .formatted(
                        what,
                        spread(starts, start -> Report.millis(start.toFirstAnswer())),
                        spread(starts, start -> Report.millis(start.cpu())),
                        Report.megabytes(of(starts, Start::residentBytes).median()));
    }

    private static String spread(List<Start> starts, ToDoubleFunction<Start> number) {
        Spread spread = of(starts, number);
        return "%.0f (%.0f–%.0f)".formatted(spread.median(), spread.least(), spread.most());
    }

    private static Spread of(List<Start> starts, ToDoubleFunction<Start> number) {
        return Spread.of(starts.stream().mapToDouble(number).toArray());
    }
}
