package app.rodmena.auth.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.AuthServer;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.security.OperatorRole;
import app.rodmena.auth.security.OperatorsFile;
import app.rodmena.auth.security.RemoteConfig;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.awaitility.core.ThrowingRunnable;

/** A whole server with all operators' listeners, each on any free port. */
public final class LiveServer implements AutoCloseable {
    public static final String CONTROL = "alice";
    public static final String PASSWORD = "the password of alice";

    /** Ten requests get a connection, four wait. */
    private static final int CALLERS = 14;

    /** Programs that read an exhausted pool take longer than the default timeouts on a slow machine. */
    private static final PoolSettings PATIENT = PoolSettings.DEFAULT.with(draft -> {
        draft.poolTimeout = Duration.ofMinutes(3);
        draft.statementTimeout = Duration.ofMinutes(3);
        draft.socketTimeout = Duration.ofMinutes(4);
    });

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final DatabaseTarget target = MigratedDatabase.fresh();
    private final AuthServer server;

    private LiveServer(RemoteConfig remote) throws Exception {
        server = TestServer.ready(AuthServer.start(TestServer.config(target)
                .withPool(PATIENT)
                .withRemote(remote.withPorts(OptionalInt.of(0), OptionalInt.of(0), OptionalInt.of(0)))));
        assertThat(ask().join().statusCode()).isEqualTo(200);
    }

    /** Starts a server with the default remote configuration, without operators, and sends it one request. */
    public static LiveServer start() throws Exception {
        return new LiveServer(RemoteConfig.DEFAULT);
    }

    /** Starts a server with the operator {@link #CONTROL}, of the role control. */
    public static LiveServer withOperator(Path directory) throws Exception {
        OperatorsFile file = TestOperators.add(directory, CONTROL, OperatorRole.CONTROL, PASSWORD);
        return new LiveServer(RemoteConfig.DEFAULT.withOperators(file));
    }

    /** The address of remote JMX, for example {@code 127.0.0.1:9010}. */
    public String jmx() {
        return "127.0.0.1:" + server.jmxAddress().orElseThrow().getPort();
    }

    public URI jolokia() {
        return URI.create(
                "http://127.0.0.1:" + server.jolokiaAddress().orElseThrow().getPort() + "/jolokia");
    }

    /** The address of the admin listener, for example {@code 127.0.0.1:4001}. */
    public String admin() {
        return "127.0.0.1:" + server.adminAddress().orElseThrow().getPort();
    }

    /** The content of a file of jmx-dashboards, with this server's ports instead of the default ones. */
    public String configured(Path file) throws Exception {
        return Files.readString(file, UTF_8)
                .replace("127.0.0.1:8778", "127.0.0.1:" + jolokia().getPort())
                .replace("127.0.0.1:9010", jmx())
                .replace("127.0.0.1:4001", admin());
    }

    /** Sends a request that needs a connection of its own: a write, because reads are batched. Does not block. */
    public CompletableFuture<HttpResponse<String>> ask() {
        URI uri = URI.create("http://127.0.0.1:" + server.address().getPort() + "/api/role/editors");
        return HTTP.sendAsync(
                HttpRequest.newBuilder(uri)
                        .POST(BodyPublishers.noBody())
                        .header("Authorization", "Bearer " + UUID.randomUUID())
                        .build(),
                BodyHandlers.ofString());
    }

    /** Runs the work while all connections are checked out and at least four requests wait for one. */
    public void whileExhausted(ThrowingRunnable work) throws Throwable {
        List<CompletableFuture<HttpResponse<String>>> callers = new ArrayList<>();
        try (Connection lock = TestPostgres.connect(target)) {
            lock.setAutoCommit(false);
            lock.createStatement().execute("lock table auth_group");
            for (int i = 0; i < CALLERS; i++) {
                callers.add(ask());
            }
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> server.poolStatus().checkedOut() == 10
                            && server.poolStatus().waiting() >= 4);
            work.run();
        }
        callers.forEach(CompletableFuture::join);
    }

    @Override
    public void close() {
        server.close();
    }
}
