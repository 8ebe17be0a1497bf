package app.rodmena.auth.bench;

import app.rodmena.auth.bench.Results.Spread;
import app.rodmena.auth.postgres.embedded.EmbeddedDatabaseException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** Measures the rate in each second of a new server, with and without the archive of {@code ./run.sh build}. */
final class WarmUpBench implements Benchmark {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final List<Integer> SHOWN = List.of(1, 2, 3, 5, 10, 20, 30, 60, 120);

    @Option(
            names = "--times",
            paramLabel = "N",
            defaultValue = "3",
            description = "Starts of each kind (${DEFAULT-VALUE})")
    int times;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "60",
            description = "Seconds of load after each start; the last quarter is the steady rate (${DEFAULT-VALUE})")
    int seconds;

    @Option(
            names = "--clients",
            paramLabel = "N",
            defaultValue = "100",
            description = "Concurrent connections, each with one request at a time (${DEFAULT-VALUE})")
    int clients;

    @Override
    public Optional<String> problem() {
        return times < 1 || seconds < 4 || clients < 1
                ? Optional.of("--times and --clients must be 1 or more, --seconds 4 or more")
                : Optional.empty();
    }

    @Override
    public void run(Path home, Path directory)
            throws IOException, InterruptedException, SQLException, EmbeddedDatabaseException {
        String off = Runtime.version().feature() >= 25 ? "-XX:AOTMode=off" : "-Xshare:off";
        Wrk wrk = Tools.find(home, clients).wrk();
        Dataset data = new Dataset(100 * Dataset.MIN_MEMBERSHIPS);
        List<double[]> with = new ArrayList<>();
        List<double[]> without = new ArrayList<>();
        try (Database database = Database.start(directory.resolve("postgresql"), data)) {
            for (int i = 0; i < times; i++) {
                with.add(rates(home, directory, wrk, data, Map.of("AUTH_DATABASE_URL", database.url())));
                without.add(rates(
                        home, directory, wrk, data, Map.of("AUTH_DATABASE_URL", database.url(), "JAVA_OPTS", off)));
            }
        }
        System.out.printf(
                """
                Requests/s of has_permission in the seconds after a start ÷ the steady rate of the same start, median and range
                of %d starts in turns; closed loop of %d clients on the same %d cores, 100,000 memberships, durable, Java %s

                | second | with the archive | without |
                |---:|---:|---:|
                %s
                | steady, requests/s | %s | %s |
                %n""",
                times,
                clients,
                Runtime.getRuntime().availableProcessors(),
                Runtime.version().feature(),
                SHOWN.stream()
                        .filter(second -> second <= seconds)
                        .map(second ->
                                "| %s | %s | %s |".formatted(second, ratio(with, second), ratio(without, second)))
                        .collect(Collectors.joining("\n")),
                steady(with),
                steady(without));
    }

    private double[] rates(Path home, Path directory, Wrk wrk, Dataset data, Map<String, String> settings)
            throws IOException, InterruptedException {
        try (Server server = Server.ours("warmup", home, directory, settings, List.of())) {
            double[] rates = new double[seconds];
            for (int i = 0; i < seconds; i++) {
                rates[i] = wrk.check(server.address(), data, clients, SECOND).perSecond();
            }
            return rates;
        }
    }

    private static double steady(double[] rates) {
        return Spread.of(Arrays.copyOfRange(rates, rates.length * 3 / 4, rates.length))
                .median();
    }

    private static String ratio(List<double[]> starts, int second) {
        return Spread.of(starts, rates -> rates[second - 1] / steady(rates)).text(2);
    }

    private static String steady(List<double[]> starts) {
        return Spread.of(starts, WarmUpBench::steady).text(0);
    }
}
