package app.rodmena.auth.bench;

import app.rodmena.auth.postgres.embedded.EmbeddedDatabaseException;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/**
 * Measures what the admission queue does for tenants, deadlines, clients that leave, and overload. The load comes from
 * this process, on the same cores.
 */
final class OverloadBench implements Benchmark {
    private static final int LEAVING = 1_000;
    private static final int NOISY = 500;
    private static final int CLOSED_LOOP = 64;
    private static final int TENANTS = 10;
    private static final Duration GIVE_UP = Duration.ofSeconds(1);

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "10",
            description = "Duration of each measurement (${DEFAULT-VALUE})")
    int seconds;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this")
    boolean help;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final AtomicLong names = new AtomicLong();
    private final List<String> tenants =
            Stream.generate(OverloadBench::key).limit(TENANTS).toList();
    private Database database;

    @Override
    public boolean isHelpRequested() {
        return help;
    }

    @Override
    public Optional<String> problem() {
        return seconds < 1 ? Optional.of("--seconds must be 1 or more") : Optional.empty();
    }

    @Override
    public void run(Path home, Path directory)
            throws IOException, InterruptedException, SQLException, EmbeddedDatabaseException {
        try (Database started = Database.start(directory.resolve("postgresql"), new Dataset(Dataset.MIN_MEMBERSHIPS))) {
            database = started;
            try (Server server = server(home, directory, "off")) {
                warmUp(server.address());
                leaving(server.address());
                deadline(server.address());
                noisyTenant(server.address());
                retries(server.address(), "off");
            }
            try (Server server = server(home, directory, "on")) {
                warmUp(server.address());
                retries(server.address(), "on");
            }
        }
    }

    private Server server(Path home, Path directory, String shed) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                home.resolve("run.sh").toString(), "--instance", "bench-overload", "--shed", shed, "--wait-target"));
        command.add("100ms");
        for (String port : List.of("--port", "--admin-port", "--jolokia-port", "--jmx-port")) {
            command.addAll(List.of(port, "0"));
        }
        return Server.start("overload-" + shed, directory, Map.of("AUTH_DATABASE_URL", database.url()), command);
    }

    private void warmUp(URI server) {
        closedLoop(() -> write(server, key(), Duration.ofSeconds(30)), CLOSED_LOOP, Duration.ofSeconds(3));
    }

    /** Clients that close their connection while a table is locked. */
    private void leaving(URI server) throws IOException, InterruptedException, SQLException {
        String key = key();
        try (Connection lock = lock()) {
            List<Socket> clients = new ArrayList<>();
            for (int i = 0; i < LEAVING; i++) {
                Socket client = new Socket(server.getHost(), server.getPort());
                client.getOutputStream()
                        .write("POST /api/role/gone%d HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer %s\r\n\r\n"
                                .formatted(i, key)
                                .getBytes(StandardCharsets.US_ASCII));
                clients.add(client);
            }
            TimeUnit.SECONDS.sleep(1);
            long start = System.nanoTime();
            for (Socket client : clients) {
                client.close();
            }
            while (!isQueueEmpty(server)
                    && System.nanoTime() - start < Duration.ofSeconds(30).toNanos()) {
                TimeUnit.MILLISECONDS.sleep(2);
            }
            print("%d clients leave a locked table; the queue is empty after", millis(start), "ms", LEAVING);
            while (running() > 0
                    && System.nanoTime() - start < Duration.ofSeconds(30).toNanos()) {
                TimeUnit.MILLISECONDS.sleep(10);
            }
            print("%d clients leave a locked table; PostgreSQL idle after", millis(start), "ms", LEAVING);
            lock.rollback();
        }
        TimeUnit.SECONDS.sleep(1);
        try (Connection connection = database.connect();
                var count = connection.prepareStatement("select count(*) from auth_group where creator = ?")) {
            count.setString(1, key);
            try (var rows = count.executeQuery()) {
                rows.next();
                print("roles written for them afterwards", rows.getDouble(1), "");
            }
        }
    }

    private boolean isQueueEmpty(URI server) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(server.resolve("/health/ready")).build(), BodyHandlers.ofString())
                .body()
                .contains("\"waiting\":0");
    }

    /** A client with a deadline while a table is locked. */
    private void deadline(URI server) throws IOException, InterruptedException, SQLException {
        try (Connection lock = lock()) {
            long start = System.nanoTime();
            http.send(
                    request(server, "/api/role/late", key(), Duration.ofSeconds(30))
                            .header("Request-Timeout", "0.2")
                            .build(),
                    BodyHandlers.ofString());
            print("deadline of 200 ms on a locked table; answered after", millis(start), "ms");
            lock.rollback();
        }
    }

    /** A quiet tenant beside one with many concurrent writes. */
    private void noisyTenant(URI server) throws IOException {
        String quiet = key();
        BlockingRequest ping = () -> blocking(server, "GET", "/ping", quiet);
        BlockingRequest check = () -> blocking(server, "GET", "/api/has_permission/u/p", quiet);
        BlockingRequest write = () -> blocking(server, "POST", "/api/role/r" + names.incrementAndGet(), quiet);
        double pingAlone = p99(ping);
        double checkAlone = p99(check);
        double writeAlone = p99(write);
        AtomicBoolean over = new AtomicBoolean();
        String noisy = key();
        List<CompletableFuture<?>> clients = new ArrayList<>();
        for (int i = 0; i < NOISY; i++) {
            clients.add(repeat(() -> write(server, noisy, Duration.ofSeconds(60)), over));
        }
        double pingBeside = p99(ping);
        double checkBeside = p99(check);
        double writeBeside = p99(write);
        over.set(true);
        clients.forEach(CompletableFuture::join);
        print("p99 of a ping, which needs no connection, alone", pingAlone, "ms");
        print("p99 of a ping beside %d concurrent writes of another tenant", pingBeside, "ms", NOISY);
        print("p99 of a check alone", checkAlone, "ms");
        print("p99 of a check beside %d concurrent writes of another tenant", checkBeside, "ms", NOISY);
        print("p99 of a write alone", writeAlone, "ms");
        print("p99 of a write beside %d concurrent writes of another tenant", writeBeside, "ms", NOISY);
    }

    /** Uses a connection of its own, so that the other requests of this process do not delay it. */
    private interface BlockingRequest {
        void send() throws IOException;
    }

    private static void blocking(URI server, String method, String path, String key) throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) server.resolve(path).toURL().openConnection();
        connection.setRequestMethod(method);
        connection.setRequestProperty("Authorization", "Bearer " + key);
        try (InputStream body = connection.getInputStream()) {
            body.readAllBytes();
        }
    }

    private double p99(BlockingRequest request) throws IOException {
        List<Double> times = new ArrayList<>();
        long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
        while (System.nanoTime() < end) {
            long start = System.nanoTime();
            request.send();
            times.add(millis(start));
        }
        double[] sorted =
                times.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted[sorted.length * 99 / 100];
    }

    /** Clients that give up after a second and retry, at three times the peak rate. */
    private void retries(URI server, String shed) throws InterruptedException {
        double peak = closedLoop(
                () -> write(server, tenant(), Duration.ofSeconds(30)), CLOSED_LOOP, Duration.ofSeconds(seconds));
        double rate = 3 * peak;
        AtomicLong answered = new AtomicLong();
        ScheduledExecutorService arrivals = Executors.newSingleThreadScheduledExecutor();
        long every = (long) (1e9 / rate);
        ConcurrentLinkedQueue<CompletableFuture<?>> sent = new ConcurrentLinkedQueue<>();
        arrivals.scheduleAtFixedRate(() -> sent.add(attempt(server, answered, 1)), 0, every, TimeUnit.NANOSECONDS);
        TimeUnit.SECONDS.sleep(2); // The queue fills.
        long before = answered.get();
        long start = System.nanoTime();
        TimeUnit.SECONDS.sleep(seconds);
        double goodput = (answered.get() - before) / (millis(start) / 1000);
        arrivals.shutdownNow();
        sent.forEach(one -> one.handle((status, failure) -> null).join());
        print("--shed %s: peak of %d patient clients", peak, "writes/s", shed, CLOSED_LOOP);
        print(
                "--shed %s: goodput at 3 x the peak by clients that give up after 1 s and retry",
                goodput, "writes/s", shed);
    }

    private CompletableFuture<?> attempt(URI server, AtomicLong answered, int retries) {
        return write(server, tenant(), GIVE_UP)
                .handle((status, failure) -> failure == null && status == 200)
                .thenCompose(success -> {
                    if (success) {
                        answered.incrementAndGet();
                    }
                    return success || retries == 0
                            ? CompletableFuture.completedFuture(null)
                            : attempt(server, answered, retries - 1);
                });
    }

    /** The rate of successes of clients that each wait for an answer before the next request. */
    private static double closedLoop(Supplier<CompletableFuture<Integer>> request, int clients, Duration time) {
        AtomicBoolean over = new AtomicBoolean();
        long start = System.nanoTime();
        List<CompletableFuture<Long>> all = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            all.add(repeat(request, over));
        }
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        over.set(true);
        long successes = all.stream().mapToLong(CompletableFuture::join).sum();
        return successes / (millis(start) / 1000);
    }

    private static CompletableFuture<Long> repeat(Supplier<CompletableFuture<Integer>> request, AtomicBoolean over) {
        return request.get()
                .handle((status, failure) -> failure == null && status == 200 ? 1L : 0L)
                .thenComposeAsync(count -> over.get()
                        ? CompletableFuture.completedFuture(count)
                        : repeat(request, over).thenApply(more -> more + count));
    }

    private CompletableFuture<Integer> write(URI server, String key, Duration timeout) {
        return send(request(server, "/api/role/r" + names.incrementAndGet(), key, timeout)
                .build());
    }

    private CompletableFuture<Integer> send(HttpRequest request) {
        return http.sendAsync(request, BodyHandlers.ofString()).thenApply(HttpResponse::statusCode);
    }

    private static HttpRequest.Builder request(URI server, String path, String key, Duration timeout) {
        return HttpRequest.newBuilder(server.resolve(path))
                .timeout(timeout)
                .POST(BodyPublishers.noBody())
                .header("Authorization", "Bearer " + key);
    }

    private Connection lock() throws SQLException {
        Connection connection = database.connect();
        connection.setAutoCommit(false);
        connection.createStatement().execute("lock table auth_group");
        return connection;
    }

    private int running() throws SQLException {
        try (Connection connection = database.connect();
                var rows = connection.createStatement().executeQuery("""
                        select count(*) from pg_stat_activity
                        where application_name = 'auth/bench-overload' and state = 'active'
                        """)) {
            rows.next();
            return rows.getInt(1);
        }
    }

    private String tenant() {
        return tenants.get((int) (names.get() % TENANTS));
    }

    private static String key() {
        return UUID.randomUUID().toString();
    }

    private static double millis(long startNanos) {
        return (System.nanoTime() - startNanos) / 1e6;
    }

    private static void print(String what, double value, String unit, Object... arguments) {
        System.out.println("%-80s %8.1f %s".formatted(String.format(what, arguments), value, unit));
    }
}
