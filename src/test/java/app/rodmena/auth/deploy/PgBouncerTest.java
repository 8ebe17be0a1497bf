package app.rodmena.auth.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.settings.Setting;
import app.rodmena.auth.testing.AuthProcess;
import app.rodmena.auth.testing.PostgresServer;
import app.rodmena.auth.testing.Program;
import app.rodmena.auth.testing.TestPgBouncer;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The configuration of PgBouncer, with the role's settings. */
class PgBouncerTest {
    private static final Path FILES = Path.of("src/deploy/pgbouncer");
    private static final String PASSWORD = "the-password-of-the-role";

    @TempDir
    static Path directory;

    @AutoClose
    private static PostgresServer postgres;

    @AutoClose
    private static TestPgBouncer pooler;

    @BeforeAll
    static void start() throws Exception {
        postgres = PostgresServer.start(directory);
        postgres.execute(
                "postgres",
                "create role auth login password '%s'".formatted(PASSWORD),
                "create database auth owner auth");
        String psql = Program.installed("/usr/bin/psql", "postgresql-client");
        String userLine = Program.run(
                directory,
                "",
                List.of(
                        psql,
                        "-XAtq",
                        "-h127.0.0.1",
                        "-p" + postgres.port(),
                        "-Upostgres",
                        "-f" + FILES.resolve("role.sql"),
                        "auth"));
        assertThat(userLine).startsWith("\"auth\" \"SCRAM-SHA-256$");
        pooler = TestPgBouncer.startWith(
                Files.readString(FILES.resolve("pgbouncer.ini")), userLine, postgres.target("auth", "auth", PASSWORD));
    }

    @Test
    void aServerWorksThroughIt() throws Exception {
        String url =
                pooler.target().jdbcUrl().replace("jdbc:postgresql://", "postgresql://auth:%s@".formatted(PASSWORD));
        String key = UUID.randomUUID().toString();
        try (AuthProcess server = AuthProcess.start(directory, Map.of(), "--port=0", "--database-url=" + url)
                .awaitStart()) {
            List<CompletableFuture<HttpResponse<String>>> writes = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                writes.add(server.ask("POST", "/api/role/role-" + i, key));
            }

            assertThat(writes)
                    .allSatisfy(write -> assertThat(write.join().statusCode()).isEqualTo(200));
            assertThat(server.ask("GET", "/health/ready", key).join().statusCode())
                    .isEqualTo(200);
            assertThat(server.err()).contains("refuses start-up options");
            server.terminate();
            assertThat(server.awaitEnd()).isZero();
            assertThat(server.err()).doesNotContain("ERROR");
        }
    }

    @Test
    void theRoleHasTheSettingsThatTheServerCannotSet() throws Exception {
        try (Connection connection = connect(PASSWORD)) {
            assertThat(show(connection, "statement_timeout"))
                    .isEqualTo(Setting.STATEMENT_TIMEOUT.fallback().orElseThrow());
            assertThat(show(connection, "random_page_cost")).isEqualTo("1.1");
        }
    }

    private static String show(Connection connection, String parameter) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("show " + parameter)) {
            row.next();
            return row.getString(1);
        }
    }

    @Test
    void aWrongPasswordIsRefused() {
        assertThatThrownBy(() -> connect("not " + PASSWORD)).isInstanceOf(SQLException.class);
    }

    /** Otherwise the server gives up first, and takes PostgreSQL for down. */
    @Test
    void aFullPoolAnswersBeforeTheServersSocketTimeout() throws Exception {
        Matcher wait = Pattern.compile("(?m)^query_wait_timeout = (\\d+)$")
                .matcher(Files.readString(FILES.resolve("pgbouncer.ini")));
        assertThat(wait.find()).isTrue();
        assertThat(Setting.SOCKET_TIMEOUT.fallback()).contains("1m");
        assertThat(Integer.parseInt(wait.group(1))).isBetween(1, 59);
    }

    private static Connection connect(String password) throws SQLException {
        DatabaseTarget target = pooler.target();
        return DriverManager.getConnection(target.jdbcUrl() + "?prepareThreshold=0", "auth", password);
    }
}
