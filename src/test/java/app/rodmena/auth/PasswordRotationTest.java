package app.rodmena.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.ServerConfig.Database;
import app.rodmena.auth.postgres.Connector;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.postgres.DatabaseUrl;
import app.rodmena.auth.postgres.PasswordSource;
import app.rodmena.auth.postgres.Secret;
import app.rodmena.auth.postgres.SessionOptions;
import app.rodmena.auth.testing.LogOf;
import app.rodmena.auth.testing.TestPostgres;
import app.rodmena.auth.testing.TestProxy;
import app.rodmena.auth.testing.TestServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The database password changes while the server runs, in PostgreSQL and in the password file. */
class PasswordRotationTest {
    private static final String ROLE = "rotated";
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /**
     * The time limit of the recovery once the file holds the right password: one second, and what a loaded machine
     * adds.
     */
    private static final Duration RECOVERY = Duration.ofSeconds(15);

    @TempDir
    Path directory;

    private final String key = UUID.randomUUID().toString();
    private Path file;
    private TestProxy proxy;

    @BeforeAll
    static void createRole() throws Exception {
        TestPostgres.createRole(ROLE, "first");
    }

    @BeforeEach
    void start() throws Exception {
        DatabaseTarget database = TestPostgres.freshDatabase();
        TestPostgres.setPassword(ROLE, "first");
        try (Connection admin = TestPostgres.connect(database);
                var statement = admin.createStatement()) {
            statement.execute("grant all on schema public to " + ROLE);
        }
        file = directory.resolve("password");
        write("first");
        proxy = new TestProxy(new DatabaseTarget(database.jdbcUrl(), ROLE, Secret.NONE));
    }

    @AfterEach
    void stop() {
        proxy.close();
    }

    @Test
    void aPasswordChangedInPostgresAndInTheFileIsUsedWithoutARestart() throws Exception {
        try (AuthServer server = AuthServer.start(config(true))) {
            await().until(() -> status(server) == 200);
            TestPostgres.setPassword(ROLE, "second");
            endSessions();
            await().until(() -> status(server) == 503);

            write("second");

            await().atMost(RECOVERY).until(() -> status(server) == 200);
        }
    }

    @Test
    void refusedLoginsAreTriedOnceASecondWhileRequestsArriveAndWhileNoneDo() throws Exception {
        try (AuthServer server = AuthServer.start(config(true))) {
            await().until(() -> status(server) == 200);
            TestPostgres.setPassword(ROLE, "second");
            endSessions();
            await().until(() -> !server.availability().reachable());

            int before = proxy.accepted();
            long start = System.nanoTime();
            await().until(() -> status(server) == 503 && secondsSince(start) >= 4);
            // The monitor and the pool may be refused at the same time once.
            assertThat(proxy.accepted() - before).isBetween(3, 2 + (int) secondsSince(start));

            int idle = proxy.accepted();
            long since = System.nanoTime();
            await().until(() -> secondsSince(since) >= 4);
            assertThat(proxy.accepted() - idle).isBetween(3, 1 + (int) secondsSince(since));

            TestPostgres.setPassword(ROLE, "first");
            await().atMost(RECOVERY).until(() -> status(server) == 200);
        }
    }

    @Test
    void aServerThatStartsWithAWrongPasswordIsReadySoonAfterTheFileIsRight() throws Exception {
        write("wrong");
        try (AuthServer server = AuthServer.start(config(false))) {
            assertThat(status(server)).isEqualTo(503);

            write("first");

            await().atMost(RECOVERY).until(() -> status(server) == 200);
        }
    }

    @Test
    void aFileThatCannotBeReadIsLoggedOnceAndItsLastPasswordStillLogsIn() throws Exception {
        try (AuthServer server = AuthServer.start(config(true));
                LogOf log = LogOf.logger("auth.database")) {
            await().until(() -> status(server) == 200);
            Files.delete(file);

            endSessions();
            await().atMost(RECOVERY).until(() -> status(server) == 200);
            endSessions();
            await().atMost(RECOVERY).until(() -> status(server) == 200);

            assertThat(log.lines().stream().filter(line -> line.contains(file.toString())))
                    .hasSize(1);
        }
    }

    @Test
    void aCommandThatPrintsThePasswordIsRunAtEachLogin() throws Exception {
        String command = "echo noise >&2; cat " + file;
        try (AuthServer server = AuthServer.start(config(true, new PasswordSource.Command(command)))) {
            await().until(() -> status(server) == 200);
            write("second");
            TestPostgres.setPassword(ROLE, "second");
            endSessions();

            await().atMost(RECOVERY).until(() -> status(server) == 200);
        }
    }

    @ParameterizedTest
    @CsvSource({"cat %s && exit 3, exit code 3", "cat %s; sleep 100, within 5 s", "cat %s; echo more, in one line"})
    void aCommandThatFailsIsReportedWithoutItsOutput(String command, String reason) throws Exception {
        write("a-secret");
        PasswordSource source = new PasswordSource.Command(command.formatted(file));
        Connector connector =
                new Connector(new DatabaseTarget(proxy.target().jdbcUrl(), ROLE, Secret.NONE, Optional.of(source)));
        assertThatThrownBy(() -> connector.open(
                        new SessionOptions("test", Optional.empty(), Duration.ofSeconds(5), Optional.empty())))
                .hasMessageContaining(reason)
                .hasMessageNotContaining("secret");
    }

    private ServerConfig config(boolean failFast) {
        return config(failFast, new PasswordSource.File(file));
    }

    private ServerConfig config(boolean failFast, PasswordSource source) {
        String url = proxy.target().jdbcUrl().replace("jdbc:postgresql://", "postgresql://" + ROLE + "@");
        ServerConfig config = TestServer.config(proxy.target());
        return new ServerConfig(
                new Database.External(DatabaseUrl.parse(url).withPasswordFrom(source)),
                config.pool(),
                config.capacity(),
                config.http(),
                config.remote(),
                config.diagnosis(),
                config.incidents(),
                config.instance(),
                failFast);
    }

    private int status(AuthServer server) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + server.address().getPort() + "/api/roles");
        HttpRequest request = HttpRequest.newBuilder(uri)
                .header("Authorization", "Bearer " + key)
                .build();
        return HTTP.send(request, BodyHandlers.ofString()).statusCode();
    }

    private void write(String password) throws IOException {
        Files.writeString(file, password + "\n");
    }

    private static void endSessions() throws SQLException {
        try (Connection admin = TestPostgres.superuser();
                var statement = admin.createStatement()) {
            statement.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity where usename = '%s'".formatted(ROLE));
        }
    }

    private static double secondsSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }
}
