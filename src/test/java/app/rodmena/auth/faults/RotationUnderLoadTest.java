package app.rodmena.auth.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.testing.PostgresServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The password is rotated in the file, and later in PostgreSQL, while the pool replaces its connections all the time.
 */
class RotationUnderLoadTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    static Path directory;

    @AutoClose
    private static PostgresServer postgres;

    private static Path passwordFile;

    @BeforeAll
    static void start() throws Exception {
        postgres = PostgresServer.start(directory);
        ProbedServer.prepare(postgres);
        passwordFile = Files.createFile(
                directory.resolve("password"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(passwordFile, ProbedServer.PASSWORD);
    }

    @Test
    void noRequestFails() throws Exception {
        String url = ProbedServer.url(ProbedServer.target(postgres)).replace(":" + ProbedServer.PASSWORD + "@", "@");
        ProbedServer server = ProbedServer.start(
                directory, postgres, url, Map.of(), "--database-password-file=" + passwordFile, "--pool-recycle=1s");
        try {
            Recording rotated = server.probe()
                    .scenario("password rotated in PostgreSQL and file, under load")
                    .during(() -> {
                        for (String password : List.of("second", "third", ProbedServer.PASSWORD)) {
                            Files.writeString(passwordFile, password);
                            awaitNewLogin(); // PostgreSQL refuses the new password, and accepts the previous one.
                            postgres.execute(
                                    "postgres", "alter role %s password '%s'".formatted(ProbedServer.ROLE, password));
                            awaitNewLogin();
                            server.probe().awaitRightAnswers(20);
                        }
                    });
            assertThat(rotated.exchanges()).allMatch(Exchange::right);
        } finally {
            server.stopKeepingPostgres();
        }
    }

    private static void awaitNewLogin() throws SQLException {
        try (Connection connection = postgres.superuser("postgres");
                var statement = connection.createStatement()) {
            statement.execute("create temporary table rotation as select clock_timestamp() as at");
            await().atMost(PATIENCE).until(() -> {
                try (var logins = statement.executeQuery("""
                        select count(*) from pg_stat_activity, rotation
                        where application_name = 'auth/probed' and backend_start > rotation.at
                        """)) {
                    return logins.next() && logins.getInt(1) > 0;
                }
            });
        }
    }
}
