package app.rodmena.auth.bench;

import app.rodmena.auth.bench.SizeComparison.SizeResult;
import app.rodmena.auth.postgres.embedded.EmbeddedDatabaseException;
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

/** Measures all contenders under every load, alternately in several rounds, and prints the report. */
final class HttpBench {
    private static final int WARM_UP_CLIENTS = 32;

    private final Options options;
    private final Tools tools;
    private final Path directory;
    private final Duration duration;
    private final Duration warmUp;
    private final Results results = new Results();

    /** @param directory an empty directory for files */
    HttpBench(Options options, Tools tools, Path directory) {
        this.options = options;
        this.tools = tools;
        this.directory = directory;
        this.duration = Duration.ofSeconds(options.seconds);
        this.warmUp = Duration.ofSeconds(options.warmup);
    }

    void run() throws IOException, InterruptedException, SQLException, EmbeddedDatabaseException {
        Optional<LoadOutcome> health;
        Optional<OpenLoop> openLoop;
        try (BenchEnvironment stage = BenchEnvironment.create(
                tools, directory, options.memberships, options.only, options.writes, options.beside())) {
            System.out.println(conditions(stage));
            stage.warmUp(WARM_UP_CLIENTS, warmUp);
            for (int round = 0; round < options.rounds; round++) {
                for (int clients : options.clients) {
                    printProgress("round %d of %d, %d clients".formatted(round + 1, options.rounds, clients));
                    stage.round(round, clients, duration).forEach(results::add);
                }
            }
            openLoop = openLoop(stage);
            health = health(stage);
        }
        System.out.println(Report.tables(results, options.clients, options.writes ? "grant" : "check"));
        openLoop.map(OpenLoop::table).ifPresent(System.out::println);
        List<Target> targets = options.writes ? Target.ofWrites(results) : Target.of(results);
        openLoop.map(OpenLoop::p99ToMedian).map(Target::openLoop).ifPresent(targets::add);
        health.map(Target::healthOf).ifPresent(targets::add);
        List<SizeResult> grown = List.of();
        if (options.growth) {
            printProgress("1k memberships, 1M and 10M");
            grown = new SizeComparison(tools, directory, options.rounds, duration, warmUp).measure();
            System.out.println(Report.growth(grown));
            targets.add(Target.growth(SizeComparison.ratio(grown)));
        }
        System.out.println(Target.table(targets));
        if (options.json != null) {
            write(options.json, grown);
        }
    }

    private void write(Path file, List<SizeResult> grown) throws IOException {
        Stream<Map<String, Object>> compared =
                results.all().stream().map(duration -> Report.row(options.memberships, duration));
        Stream<Map<String, Object>> growth = grown.stream()
                .flatMap(
                        size -> size.measurements().stream().map(duration -> Report.row(size.memberships(), duration)));
        JsonMapper.builder()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .build()
                .writeValue(file.toFile(), Stream.concat(compared, growth).toList());
    }

    private Optional<OpenLoop> openLoop(BenchEnvironment stage) throws InterruptedException {
        Optional<Server> ours = ours(stage);
        if (ours.isEmpty()) {
            return Optional.empty();
        }
        printProgress("open loop at 85 % of the peak");
        return Optional.of(OpenLoop.measure(ours.get().address(), options.rounds, duration));
    }

    /** The server that is compared with the others; empty for writes. */
    private Optional<Server> ours(BenchEnvironment stage) {
        return options.writes
                ? Optional.empty()
                : stage.contenders().find(ContenderKind.BATCHED).flatMap(Contender::server);
    }

    private Optional<LoadOutcome> health(BenchEnvironment stage)
            throws IOException, InterruptedException, SQLException {
        Optional<Server> ours = ours(stage);
        if (ours.isEmpty()) {
            return Optional.empty();
        }
        printProgress("/health while the pool is exhausted");
        return Optional.of(
                new ExhaustedHealth(ours.get(), stage.data()).health(stage.database(), tools.wrk(), duration));
    }

    private String conditions(BenchEnvironment stage) {
        return "Closed loop: each client sends its next request after the answer. %d rounds of %d s in turns, %d memberships, durable, no cache, PostgreSQL %s, Java %s, %d cores shared by clients, server and database"
                .formatted(
                        options.rounds,
                        options.seconds,
                        options.memberships,
                        stage.database().version(),
                        Runtime.version().feature(),
                        Runtime.getRuntime().availableProcessors());
    }

    /** Prints progress to stderr; stdout is for the results. */
    private static void printProgress(String step) {
        System.err.println("bench: " + step);
    }
}
