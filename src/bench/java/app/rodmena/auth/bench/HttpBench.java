package app.rodmena.auth.bench;

import app.rodmena.auth.bench.Growth.Grown;
import app.rodmena.auth.embedded.EmbeddedDatabaseException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Everybody under every load, in turns, round after round; then what came of it. */
final class HttpBench {
    private static final int WARM_UP_CLIENTS = 32;

    private final Options options;
    private final Tools tools;
    private final Path directory;
    private final Duration turn;
    private final Duration warmUp;
    private final Results results = new Results();

    /** @param directory empty, for whatever is written */
    HttpBench(Options options, Tools tools, Path directory) {
        this.options = options;
        this.tools = tools;
        this.directory = directory;
        this.turn = Duration.ofSeconds(options.seconds);
        this.warmUp = Duration.ofSeconds(options.warmup);
    }

    void run() throws IOException, InterruptedException, SQLException, EmbeddedDatabaseException {
        Optional<Outcome> health;
        try (Stage stage = Stage.set(tools, directory, options.memberships, options.only)) {
            System.out.println(conditions(stage));
            stage.warmUp(WARM_UP_CLIENTS, warmUp);
            for (int round = 0; round < options.rounds; round++) {
                for (int clients : options.clients) {
                    tell("round %d of %d, %d clients".formatted(round + 1, options.rounds, clients));
                    stage.round(round, clients, turn).forEach(results::add);
                }
            }
            health = health(stage);
        }
        System.out.println(Report.tables(results, options.clients));
        List<Target> targets = Target.of(results);
        health.map(Target::healthOf).ifPresent(targets::add);
        List<Grown> grown = List.of();
        if (options.growth) {
            tell("1k memberships, 100k and 1M");
            grown = new Growth(tools, directory, options.rounds, turn, warmUp).measure();
            System.out.println(Report.growth(grown));
            targets.add(Target.growth(Growth.ratio(grown)));
        }
        System.out.println(Target.table(targets));
        if (options.json != null) {
            write(options.json, grown);
        }
    }

    private void write(Path file, List<Grown> grown) throws IOException {
        Stream<Map<String, Object>> compared =
                results.all().stream().map(turn -> Report.row(options.memberships, turn));
        Stream<Map<String, Object>> growth =
                grown.stream().flatMap(size -> size.turns().stream().map(turn -> Report.row(size.memberships(), turn)));
        JsonMapper.builder()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .build()
                .writeValue(file.toFile(), Stream.concat(compared, growth).toList());
    }

    private Optional<Outcome> health(Stage stage) throws IOException, InterruptedException, SQLException {
        Optional<Server> ours = stage.field().find(Kind.BATCHED).flatMap(Contender::server);
        if (ours.isEmpty()) {
            return Optional.empty();
        }
        tell("/health while the pool is exhausted");
        return Optional.of(new Exhaustion(ours.get(), stage.data()).health(stage.database(), tools.wrk(), turn));
    }

    private String conditions(Stage stage) {
        return "%d rounds of %d s in turns, %d memberships, PostgreSQL %s, Java %s, %d cores shared by clients, server and database"
                .formatted(
                        options.rounds,
                        options.seconds,
                        options.memberships,
                        stage.database().version(),
                        Runtime.version().feature(),
                        Runtime.getRuntime().availableProcessors());
    }

    /** To stderr: stdout is for what was measured. */
    private static void tell(String what) {
        System.err.println("bench: " + what);
    }
}
