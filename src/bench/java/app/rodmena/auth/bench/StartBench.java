package app.rodmena.auth.bench;

import app.rodmena.auth.bench.Results.Spread;
import app.rodmena.auth.postgres.embedded.EmbeddedDatabaseException;
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

/** Measures the start of {@code ./run.sh} to the first answer, and the server's memory at rest. */
final class StartBench implements Benchmark {
    @Option(
            names = "--times",
            paramLabel = "N",
            defaultValue = "5",
            description = "Starts of each kind (${DEFAULT-VALUE})")
    int times;

    @Override
    public Optional<String> problem() {
        return times < 1 ? Optional.of("--times must be 1 or more") : Optional.empty();
    }

    @Override
    public void run(Path home, Path directory)
            throws IOException, InterruptedException, SQLException, EmbeddedDatabaseException {
        List<ServerStart> external = new ArrayList<>();
        List<ServerStart> own = new ArrayList<>();
        try (Database database =
                Database.start(directory.resolve("postgresql"), new Dataset(Dataset.MIN_MEMBERSHIPS))) {
            Map<String, String> externalSettings = Map.of("AUTH_DATABASE_URL", database.url());
            Path data = Files.createDirectory(directory.resolve("own"));
            Map<String, String> ownSettings = Map.of("AUTH_DATA_DIR", data.toString());
            ServerStart.of(home, directory, ownSettings); // Creates the data directory.
            for (int i = 0; i < times; i++) {
                external.add(ServerStart.of(home, directory, externalSettings));
                own.add(ServerStart.of(home, directory, ownSettings));
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
                row("with a running PostgreSQL", external),
                row("with its own PostgreSQL, warm", own));
    }

    private static String row(String label, List<ServerStart> starts) {
        return "| %s | %s | %s | %s |%n"
                .formatted(
                        label,
                        spread(starts, start -> Report.millis(start.toFirstAnswer())),
                        spread(starts, start -> Report.millis(start.cpu())),
                        Report.megabytes(
                                Spread.of(starts, ServerStart::residentBytes).median()));
    }

    private static String spread(List<ServerStart> starts, ToDoubleFunction<ServerStart> number) {
        return Spread.of(starts, number).text(0);
    }
}
