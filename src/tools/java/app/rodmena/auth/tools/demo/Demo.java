package app.rodmena.auth.tools.demo;

import static app.rodmena.auth.common.NumberText.decimal;

import app.rodmena.auth.AuthServer;
import app.rodmena.auth.common.Json;
import app.rodmena.auth.common.SqlState;
import app.rodmena.auth.diagnosis.TextColumns;
import app.rodmena.auth.postgres.Connector;
import app.rodmena.auth.postgres.SessionOptions;
import app.rodmena.auth.tools.demo.DemoCommand.Scenario;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** {@code ./run.sh demo}: causes a real failure step by step and shows the server's diagnosis. Not thread-safe. */
final class Demo {
    private static final Set<String> RECOVERED = Set.of("WELL", "RECOVERING");
    private static final Duration TIMEOUT = Duration.ofSeconds(25);
    private static final int WIDTH = 100;
    private static final String ROLES = "/api/roles";
    private static final String COLLEAGUE = "psql of a colleague";

    private final AuthServer server;
    private final Path directory;
    private final PrintStream out;
    private final URI admin;
    private final DemoClient client;
    private final long startedNanos = System.nanoTime();

    /** @param directory contains the data directory of the server's PostgreSQL */
    Demo(AuthServer server, Path directory, PrintStream out) {
        this.server = server;
        this.directory = directory;
        this.out = out;
        URI api = url(server.address());
        admin = url(server.adminAddress().orElseThrow());
        client = new DemoClient(HttpClient.newHttpClient(), api, admin);
        out.printf("API %s, admin listener %s%n", api, admin);
    }

    private static URI url(InetSocketAddress address) {
        return URI.create("http://127.0.0.1:" + address.getPort());
    }

    /** Returns whether the server showed the expected diagnosis, and recovered if the scenario ends the failure. */
    boolean play(Scenario trouble) throws SQLException, IOException, InterruptedException {
        client.rush(8, "POST", "/api/role/role-%d").forEach(CompletableFuture::join);
        say();
        return switch (trouble) {
            case LOCK -> lock();
            case SLOW -> slow();
            case LEAK -> leak();
            case IDLE_IN_TRANSACTION -> idleInTransaction();
            case KILL -> kill();
        };
    }

    private boolean lock() throws SQLException, IOException, InterruptedException {
        try (Connection colleague = connect(COLLEAGUE)) {
            colleague.setAutoCommit(false);
            run(colleague, "lock table auth_group");
            step("A colleague locks a table in psql and leaves the transaction open:");
            quote("begin; lock table auth_group;");
            boolean shown = show("LOCK_WAIT", "POST", "/api/role/new-role-%d");
            step("The recommended step is to terminate that session:");
            String terminate = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = '"
                    + COLLEAGUE + "'";
            quote(terminate);
            terminate(terminate);
            return well() && shown;
        } catch (SQLException e) {
            return isAdminShutdown(e) && well(); // The colleague's session was terminated.
        }
    }

    private boolean slow() throws SQLException, IOException, InterruptedException {
        try (Connection colleague = connect(COLLEAGUE)) {
            run(colleague, """
                    create function audit_role() returns trigger language plpgsql as
                    $$ begin perform pg_sleep(6); return new; end $$""");
            run(
                    colleague,
                    "create trigger audit before insert on auth_group for each row execute function audit_role()");
            step("A colleague adds an audit trigger, which takes 6 s:");
            quote("create trigger audit before insert on auth_group for each row execute function audit_role();");
            boolean shown = show("SLOW_SQL", "POST", "/api/role/new-role-%d");
            step("The fix is to drop the trigger:");
            quote("drop trigger audit on auth_group;");
            run(colleague, "drop trigger audit on auth_group");
            boolean recovered = well();
            JsonNode slowest = client.json("/statements/slow").path(0);
            step("The server keeps slow statements: curl -s " + admin.resolve("/statements/slow"));
            String name = slowest.path("name").asText();
            String total = decimal(slowest.path("totalMillis").asDouble() / 1_000, 1);
            quote("%s was slow %s times, %s s in all: ".formatted(name, slowest.path("count"), total)
                    + slowest.path("sql").asText());
            return shown && recovered;
        }
    }

    private boolean leak() throws IOException, InterruptedException {
        step("A nightly report takes %s connections and does not return them."
                .formatted(server.engine().pool().settings().maximum()));
        return misuse(
                "LEAK",
                LeakyApplication::exportNightlyReport,
                "The stack names the method. With the code fixed, all connections are returned.");
    }

    private boolean idleInTransaction() throws IOException, InterruptedException {
        step("The code for orders waits for a payment service within a transaction:");
        quote("begin; select ...;   -- then an HTTP call without a timeout");
        return misuse(
                "IDLE_IN_TRANSACTION",
                LeakyApplication::orderWithPayment,
                "The stack names the method. The payment service answers.");
    }

    /** Uses each connection of the pool, shows the diagnosis, then ends the use. */
    private boolean misuse(String expected, Consumer<LeakyApplication> use, String end)
            throws IOException, InterruptedException {
        LeakyApplication code = new LeakyApplication(server.engine());
        try {
            for (int i = 0; i < server.engine().pool().settings().maximum(); i++) {
                use.accept(code);
            }
            boolean shown = show(expected, "GET", ROLES);
            step(end);
            code.fix();
            return well() && shown;
        } finally {
            code.fix();
        }
    }

    private boolean kill() throws SQLException, IOException, InterruptedException {
        TimeUnit.SECONDS.sleep(1); // The pool tests connections that were idle for more than half a second.
        step("An administrator terminates every backend of the pool, like a failover:");
        String terminate =
                "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'auth/demo'";
        quote(terminate);
        terminate(terminate);
        int status = client.ask("GET", ROLES).join().statusCode();
        step("The next request is answered with %s: the pool detects dead connections and replaces them."
                .formatted(status));
        step("Now PostgreSQL itself is killed: kill -9 of its postmaster.");
        postmaster().ifPresent(ProcessHandle::destroyForcibly);
        boolean shown = show("DATABASE_DOWN", "GET", ROLES);
        step("After a restart of PostgreSQL, requests would be answered again. The demo ends here.");
        return shown && status == 200;
    }

    /** Sends twenty concurrent requests and prints the diagnosis; true if it is the expected one. */
    private boolean show(String expected, String method, String path) throws IOException, InterruptedException {
        step("Twenty clients send %s %s".formatted(method, path.replace("%d", "0..19")));
        List<CompletableFuture<HttpResponse<String>>> asked = new ArrayList<>(client.rush(20, method, path));
        JsonNode diagnosis = client.json("/diagnosis");
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        while (!isSeen(diagnosis, expected) && System.nanoTime() - deadline < 0) {
            TimeUnit.MILLISECONDS.sleep(200);
            diagnosis = client.json("/diagnosis");
        }
        step("The diagnosis: ./run.sh diagnose --url " + admin);
        quote(diagnosis.path("text").asText());
        incident(refusal(asked, method, path));
        return isSeen(diagnosis, expected);
    }

    /**
     * Waits until a response names an incident. If all requests are answered without one, sends further requests.
     *
     * @return the incident's id; empty if none is named in time
     */
    private String refusal(List<CompletableFuture<HttpResponse<String>>> asked, String method, String path)
            throws InterruptedException {
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        while (System.nanoTime() - deadline < 0) {
            Optional<HttpResponse<String>> refused = asked.stream()
                    .filter(CompletableFuture::isDone)
                    .map(CompletableFuture::join)
                    .filter(response -> !DemoClient.incident(response).isEmpty())
                    .findFirst();
            if (refused.isPresent()) {
                step("The first failed request names its incident:");
                quote("%s %s"
                        .formatted(refused.get().statusCode(), refused.get().body()));
                return DemoClient.incident(refused.get());
            }
            if (asked.stream().allMatch(CompletableFuture::isDone)) {
                asked.add(client.ask(method, path));
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        return "";
    }

    private static boolean isSeen(JsonNode diagnosis, String expected) {
        return diagnosis.path("situation").asText().equals(expected)
                || diagnosis.path("verdicts").has(expected);
    }

    private void incident(String id) throws IOException, InterruptedException {
        JsonNode frozen = client.json("/incidents/" + id);
        Path page = Path.of(System.getProperty("java.io.tmpdir")).resolve("incident-" + id + ".html");
        Files.writeString(page, client.operator("/incidents/" + id, "text/html"));
        step("The incident was recorded %s ms after it began, with the last events and fifteen minutes of history:"
                .formatted(frozen.path("frozenAfterMillis").asLong()));
        quote("curl -s -H 'Accept: text/plain' %s".formatted(admin.resolve("/incidents/" + id)));
        quote("%s   (one file, to attach to a ticket; it is kept)".formatted(page.toUri()));
    }

    private boolean well() throws InterruptedException {
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        String situation = "";
        while (!RECOVERED.contains(situation) && System.nanoTime() - deadline < 0) {
            TimeUnit.MILLISECONDS.sleep(100);
            situation = client.json("/diagnosis").path("situation").asText();
        }
        say();
        return RECOVERED.contains(situation);
    }

    private void say() throws InterruptedException {
        step("The server reports: \"%s\""
                .formatted(client.json("/diagnosis").path("sentence").asText()));
    }

    private Connection connect(String application) throws SQLException {
        return new Connector(server.databaseTarget())
                .open(new SessionOptions(application, Optional.empty(), Duration.ofSeconds(5), Optional.empty()));
    }

    private void terminate(String sql) throws SQLException {
        try (Connection administrator = connect("demo")) {
            run(administrator, sql);
        }
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static boolean isAdminShutdown(SQLException e) {
        return SqlState.ADMIN_SHUTDOWN.equals(e.getSQLState())
                || String.valueOf(e.getSQLState()).startsWith("08");
    }

    /** The postmaster of the demo's own PostgreSQL, by the pid in its data directory. */
    private Optional<ProcessHandle> postmaster() throws IOException {
        try (Stream<Path> files = Files.walk(directory, 4)) {
            Path file = files.filter(path -> path.endsWith("postmaster.pid"))
                    .findFirst()
                    .orElseThrow();
            return ProcessHandle.of(
                    Long.parseLong(Files.readAllLines(file).get(0).strip()));
        }
    }

    private void step(String text) {
        String time = String.format(Locale.ROOT, "[%5.1f s] ", (System.nanoTime() - startedNanos) / 1e9);
        out.print("\n" + TextColumns.wrap(time, text, " ".repeat(time.length()), "", WIDTH));
    }

    private void quote(String text) {
        text.lines().forEach(line -> out.println("          " + line));
    }

    /** Sends the requests of a demo: those of clients, each with a key, and those of an operator. Thread-safe. */
    private record DemoClient(HttpClient http, URI api, URI admin) {
        private static final Duration PATIENCE = Duration.ofSeconds(60);

        /** Sends a request as a new client with a key of its own; does not block. */
        CompletableFuture<HttpResponse<String>> ask(String method, String path) {
            HttpRequest request = HttpRequest.newBuilder(api.resolve(path))
                    .timeout(PATIENCE)
                    .method(method, BodyPublishers.noBody())
                    .header("Authorization", "Bearer " + UUID.randomUUID())
                    .build();
            return http.sendAsync(request, BodyHandlers.ofString());
        }

        /**
         * Sends the requests of so many clients concurrently. {@code %d} in the path is replaced with the client's
         * number.
         */
        List<CompletableFuture<HttpResponse<String>>> rush(int clients, String method, String path) {
            return IntStream.range(0, clients)
                    .mapToObj(client -> ask(method, path.formatted(client)))
                    .toList();
        }

        /** The id of the incident that a response names; empty if it names none. */
        static String incident(HttpResponse<String> refusal) {
            try {
                return Json.MAPPER
                        .readTree(refusal.body())
                        .path("details")
                        .path("incident")
                        .asText();
            } catch (IOException e) {
                return "";
            }
        }

        JsonNode json(String path) throws InterruptedException {
            try {
                return Json.MAPPER.readTree(operator(path, "application/json"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Requests a path from the admin listener; returns the body. */
        String operator(String path, String accept) throws InterruptedException {
            URI uri = admin.resolve(path);
            HttpRequest request = HttpRequest.newBuilder(uri)
                    .timeout(PATIENCE)
                    .header("Accept", accept)
                    .build();
            try {
                return http.send(request, BodyHandlers.ofString()).body();
            } catch (IOException e) {
                throw new UncheckedIOException(uri + " does not answer", e);
            }
        }
    }
}
