package app.rodmena.auth.bench;

import app.rodmena.auth.bench.Results.Spread;
import app.rodmena.auth.postgres.embedded.EmbeddedDatabaseException;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Option;

/**
 * Measures what the admission queue does for tenants, deadlines, clients that leave, and overload, in several rounds.
 * The load comes from this process, on the same cores. Where the connections are to be the bottleneck and not the
 * cores, a trigger makes each write take {@link #PACE}.
 */
final class OverloadBench implements Benchmark {
    private static final int LEAVING = 1_000;
    private static final int NOISY = 500;
    private static final int BURST = 100;

    /** At this pace, the load takes a small part of two cores. */
    private static final Duration PACE = Duration.ofMillis(100);

    private static final String WAIT_TARGET = "100ms";
    private static final Duration MAX_WAIT = Duration.ofSeconds(30);
    private static final double OVERLOAD_FACTOR = 3;
    private static final Duration WARM_UP = Duration.ofSeconds(5);
    private static final double WARM_UP_RATE = 300;

    private enum Part {
        LEAVING,
        DEADLINE,
        NOISY,
        STORM
    }

    /** Writes whose role begins with "paced" take {@link #PACE} more. */
    private static final List<String> PACED_WRITES = List.of("""
            create function pace() returns trigger language plpgsql as $$
            begin
                perform pg_sleep(0.1);
                return new;
            end $$
            """, """
            create trigger pace before insert on auth_group for each row when (new.role like 'paced%')
                execute function pace()
            """);

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "3",
            description = "Repetitions of all measurements (${DEFAULT-VALUE})")
    int rounds;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "5",
            description = "Duration of each measurement under load (${DEFAULT-VALUE})")
    int seconds;

    @Option(
            names = "--only",
            paramLabel = "NAME,NAME",
            split = ",",
            hideParamSyntax = true,
            description = "Some of leaving, deadline, noisy, storm; all by default")
    Set<Part> only = EnumSet.allOf(Part.class);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Map<String, List<Double>> results = new LinkedHashMap<>();
    private Database database;
    private Duration duration;

    @Override
    public Optional<String> problem() {
        return rounds < 1 || seconds < 1 ? Optional.of("--rounds and --seconds must be 1 or more") : Optional.empty();
    }

    @Override
    public void run(Path home, Path directory)
            throws IOException, InterruptedException, SQLException, EmbeddedDatabaseException {
        duration = Duration.ofSeconds(seconds);
        try (Database started = Database.start(directory.resolve("postgresql"), new Dataset(Dataset.MIN_MEMBERSHIPS));
                OverloadClient client = new OverloadClient()) {
            database = started;
            try (Connection connection = database.connect();
                    Statement statement = connection.createStatement()) {
                for (String sql : PACED_WRITES) {
                    statement.execute(sql);
                }
            }
            try (Server off = server(home, directory, "off");
                    Server on = server(home, directory, "on")) {
                for (Server server : List.of(off, on)) {
                    client.closedLoop(server.address(), "", "", NOISY, WARM_UP);
                    client.retryStorm(server.address(), WARM_UP_RATE, WARM_UP);
                    awaitIdle(server.address());
                }
                for (int round = 1; round <= rounds; round++) {
                    printProgress("round %s of %s".formatted(round, rounds));
                    if (only.contains(Part.LEAVING)) {
                        leaving(off.address());
                    }
                    if (only.contains(Part.DEADLINE)) {
                        deadline(off.address());
                    }
                    if (only.contains(Part.NOISY)) {
                        noisyTenant(client, off.address());
                    }
                    if (only.contains(Part.STORM)) {
                        storm(client, off, on, round % 2 == 0);
                    }
                }
            }
        }
        print();
    }

    private Server server(Path home, Path directory, String shed) throws IOException, InterruptedException {
        return Server.ours(
                "overload-" + shed,
                home,
                directory,
                database,
                List.of("--shed", shed, "--wait-target", WAIT_TARGET, "--incidents-dir", "off"));
    }

    /** Clients that close their connection while a table is locked. */
    private void leaving(URI server) throws IOException, InterruptedException, SQLException {
        String key = key();
        try (Connection lock = lock();
                Connection observer = database.connect()) {
            List<Socket> clients = new ArrayList<>();
            for (int i = 0; i < LEAVING; i++) {
                Socket client = new Socket(server.getHost(), server.getPort());
                client.getOutputStream()
                        .write("POST /api/role/gone%s HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer %s\r\n\r\n"
                                .formatted(i, key)
                                .getBytes(StandardCharsets.US_ASCII));
                clients.add(client);
            }
            await(() -> waiting(server) >= LEAVING - 10);
            long start = System.nanoTime();
            for (Socket client : clients) {
                client.close();
            }
            add("time to close the connections of 1,000 clients, ms", millis(start));
            await(() -> waiting(server) == 0);
            add("1,000 clients leave a locked table: queue empty after, ms (target 1,000)", millis(start));
            await(() -> running(observer) == 0);
            add("1,000 clients leave a locked table: PostgreSQL idle after, ms (target 1,000)", millis(start));
            lock.rollback();
        }
        TimeUnit.SECONDS.sleep(1);
        try (Connection connection = database.connect();
                var count = connection.prepareStatement("select count(*) from auth_group where creator = ?")) {
            count.setString(1, key);
            try (var rows = count.executeQuery()) {
                rows.next();
                add("1,000 clients leave a locked table: roles written for them (target 0)", rows.getDouble(1));
            }
        }
    }

    private interface Condition {
        boolean isMet() throws IOException, InterruptedException, SQLException;
    }

    private static void await(Condition condition) throws IOException, InterruptedException, SQLException {
        long end = System.nanoTime() + MAX_WAIT.toNanos();
        while (!condition.isMet() && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    private int waiting(URI server) throws IOException, InterruptedException {
        String health = http.send(
                        HttpRequest.newBuilder(server.resolve("/health/ready")).build(), BodyHandlers.ofString())
                .body();
        return Integer.parseInt(health.replaceAll("(?s).*\"waiting\":\\s*(\\d+).*", "$1"));
    }

    /** The server's statements that PostgreSQL executes. */
    private static int running(Connection observer) throws SQLException {
        try (var rows = observer.createStatement().executeQuery("""
                        select count(*) from pg_stat_activity
                        where application_name like 'auth/bench-overload-%' and state = 'active'
                        """)) {
            rows.next();
            return rows.getInt(1);
        }
    }

    /** A client with a deadline while a table is locked. */
    private void deadline(URI server) throws IOException, InterruptedException, SQLException {
        try (Connection lock = lock()) {
            long start = System.nanoTime();
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(server.resolve("/api/role/late"))
                            .POST(HttpRequest.BodyPublishers.noBody())
                            .header("Authorization", "Bearer " + key())
                            .header("Request-Timeout", "0.2")
                            .build(),
                    BodyHandlers.ofString());
            if (answer.statusCode() != 503) {
                throw new BenchException("unexpected answer after a deadline: " + answer);
            }
            add("deadline of 200 ms on a locked table: answered after, ms (target 300)", millis(start));
            lock.rollback();
        }
    }

    /** A quiet tenant beside one with many concurrent writes. */
    private void noisyTenant(OverloadClient client, URI server) throws InterruptedException {
        String quiet = key();
        List<String> requests = List.of("GET /ping", "GET /api/has_permission/u/p", "POST /api/role/r");
        Map<String, Double> alone = new LinkedHashMap<>();
        for (String request : requests) {
            alone.put(request, client.p99(server, request, quiet, duration));
        }
        try (OverloadClient.Loop noisy = client.startLoop(server, "", key(), NOISY)) {
            TimeUnit.SECONDS.sleep(1);
            for (String request : requests) {
                double beside = client.p99(server, request, quiet, duration);
                add("p99 of %s alone, ms".formatted(request), alone.get(request));
                add("p99 of %s beside 500 writes of another tenant, ms".formatted(request), beside);
                add("p99 of %s beside 500 writes ÷ alone (target 3)".formatted(request), beside / alone.get(request));
            }
        }
    }

    /** Clients that give up after a second and retry, at three times the peak rate; and patient clients. */
    private void storm(OverloadClient client, Server off, Server on, boolean onFirst) throws InterruptedException {
        double peak = client.closedLoop(off.address(), "paced", "", BURST, duration);
        add("peak: 100 patient clients, --shed off, writes/s", peak);
        for (Server server : onFirst ? List.of(on, off) : List.of(off, on)) {
            String shed = server == on ? "--shed on: " : "--shed off: ";
            Duration cpu = ProcFs.cpuWithChildren(server.pid());
            Duration databaseCpu = database.cpu();
            OverloadClient.Goodput goodput = client.retryStorm(server.address(), OVERLOAD_FACTOR * peak, duration);
            double wall = goodput.time().toNanos();
            add(shed + "goodput at 3 × the peak rate ÷ peak (target 0.95)", goodput.successesPerSecond() / peak);
            add(shed + "  attempts/s, retries included", goodput.attemptsPerSecond());
            add(shed + "  refusal received after, ms (median)", goodput.refusalMillis());
            add(
                    shed + "  cores used by the server",
                    ProcFs.cpuWithChildren(server.pid()).minus(cpu).toNanos() / wall);
            add(
                    shed + "  cores used by PostgreSQL",
                    database.cpu().minus(databaseCpu).toNanos() / wall);
            add(shed + "  cores used by the clients", goodput.clientCpu().toNanos() / wall);
            awaitIdle(server.address());
            add(
                    shed + "refused of bursts of 100 writes by patient clients, %",
                    100 * client.refusedOfBursts(server.address(), BURST, duration));
            awaitIdle(server.address());
        }
    }

    private void awaitIdle(URI server) throws InterruptedException {
        try {
            await(() -> waiting(server) == 0);
        } catch (IOException | SQLException e) {
            throw new BenchException("the server does not answer: " + e.getMessage());
        }
        TimeUnit.MILLISECONDS.sleep(500);
    }

    private Connection lock() throws SQLException {
        Connection connection = database.connect();
        connection.setAutoCommit(false);
        connection.createStatement().execute("lock table auth_group");
        return connection;
    }

    private static String key() {
        return UUID.randomUUID().toString();
    }

    private static double millis(long startNanos) {
        return (System.nanoTime() - startNanos) / 1e6;
    }

    private void add(String what, double value) {
        results.computeIfAbsent(what, first -> new ArrayList<>()).add(value);
    }

    private static void printProgress(String step) {
        System.err.println("bench: " + step);
    }

    private void print() {
        System.out.printf(
                "%d rounds of %d s; clients, server and PostgreSQL share %d cores; --wait-target %s; paced writes take %d ms%n%n",
                rounds, seconds, Runtime.getRuntime().availableProcessors(), WAIT_TARGET, PACE.toMillis());
        System.out.println("| | median | range |\n|---|---:|---:|");
        results.forEach((what, values) -> {
            Spread spread = Spread.of(values, Double::doubleValue);
            System.out.println("| %s | %s | %s–%s |"
                    .formatted(what, number(spread.median()), number(spread.min()), number(spread.max())));
        });
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value == Math.rint(value) || value >= 100 ? "%,.0f" : "%.2f", value);
    }
}
