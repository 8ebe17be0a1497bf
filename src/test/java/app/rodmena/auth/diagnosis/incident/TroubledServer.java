package app.rodmena.auth.diagnosis.incident;

import app.rodmena.auth.AuthServer;
import app.rodmena.auth.ServerConfig;
import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.testing.TestServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;

/** A complete server for fault tests, with a non-blocking client. */
public final class TroubledServer implements AutoCloseable {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    public final AuthServer server;
    public final DatabaseEngine engine;
    private final CompletableFuture<Void> end = new CompletableFuture<>();

    public TroubledServer(DatabaseTarget target, PoolSettings pool, IncidentsConfig incidents) throws Exception {
        this(TestServer.config(target).withPool(pool).withIncidents(incidents));
    }

    public TroubledServer(ServerConfig config) throws Exception {
        server = TestServer.ready(AuthServer.start(config));
        Awaitility.await().until(() -> !server.metrics().history().seconds().isEmpty());
        engine = server.engine();
    }

    public Incidents incidents() {
        return server.incidents();
    }

    /** Sends a GET request with a new client key; never blocks. */
    public CompletableFuture<HttpResponse<String>> get(String path) {
        return send("GET", path, UUID.randomUUID().toString());
    }

    /** Creates a role, which needs a connection of its own because writes are not batched; never blocks. */
    public CompletableFuture<HttpResponse<String>> write(String key) {
        return send("POST", "/api/role/editors", key);
    }

    private CompletableFuture<HttpResponse<String>> send(String method, String path, String key) {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + server.address().getPort() + path))
                .method(method, BodyPublishers.noBody())
                .header("Authorization", "Bearer " + key)
                .build();
        return HTTP.sendAsync(request, BodyHandlers.ofString());
    }

    /** Sends concurrent writes and ignores their responses. */
    void sendWrites(int clients) {
        for (int i = 0; i < clients; i++) {
            var unused = write(UUID.randomUUID().toString());
        }
    }

    /** Holds a connection until the returned future completes or the server is closed. */
    public CompletableFuture<Void> hold(String route) {
        CompletableFuture<Void> released = new CompletableFuture<>();
        CompletableFuture<Object> either = CompletableFuture.anyOf(released, end);
        var unused = engine.call(CallContext.named(route), handle -> holdUntil(either));
        return released;
    }

    private static Object holdUntil(CompletableFuture<Object> released) {
        return released.join();
    }

    public Incident await(IncidentCause cause) {
        return Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(20))
                .until(
                        () -> incidents().newestFirst().stream()
                                .filter(incident -> incident.cause() == cause)
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    Incident awaitAny() {
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> !incidents().newestFirst().isEmpty());
        return incidents().newestFirst().get(0);
    }

    /** Opens a session of another client on the same database. */
    public static Connection otherSession(DatabaseTarget target) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", target.user());
        properties.setProperty("password", target.password().reveal());
        properties.setProperty("ApplicationName", "colleague");
        return DriverManager.getConnection(target.jdbcUrl(), properties);
    }

    /** Locks a table that every request needs, until the connection is closed. @return the backend's pid */
    public static int lock(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        int pid = pidOf(connection);
        try (var statement = connection.createStatement()) {
            statement.execute("lock table auth_group");
        }
        return pid;
    }

    static int pidOf(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var pid = statement.executeQuery("select pg_backend_pid()")) {
            pid.next();
            return pid.getInt(1);
        }
    }

    @Override
    public void close() {
        end.complete(null);
        server.close();
    }
}
