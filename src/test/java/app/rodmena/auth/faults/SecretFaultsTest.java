package app.rodmena.auth.faults;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.testing.PostgresServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The password is rotated, or privileges are revoked. */
class SecretFaultsTest {
    private static final Duration A_WHILE = Duration.ofSeconds(3);

    @TempDir
    static Path directory;

    private static PostgresServer postgres;
    private static Path passwordFile;

    @AutoClose("stop")
    private static ProbedServer server;

    @BeforeAll
    static void start() throws Exception {
        postgres = PostgresServer.start(directory);
        ProbedServer.prepare(postgres);
        passwordFile = Files.createFile(
                directory.resolve("password"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(passwordFile, ProbedServer.PASSWORD);
        String url = ProbedServer.url(ProbedServer.target(postgres)).replace(":" + ProbedServer.PASSWORD + "@", "@");
        server = ProbedServer.start(directory, postgres, url, Map.of(), "--database-password-file=" + passwordFile);
    }

    @Test
    void thePasswordIsRotatedInPostgresAndInTheFile() throws Exception {
        probe().scenario("password rotated in PostgreSQL and file").during(() -> {
            Files.writeString(passwordFile, ProbedServer.PASSWORD + "-2");
            setPassword(ProbedServer.PASSWORD + "-2");
            terminate("auth/%");
            probe().awaitRightAnswers(10);
            Files.writeString(passwordFile, ProbedServer.PASSWORD);
            setPassword(ProbedServer.PASSWORD);
            terminate("auth/%");
        });
    }

    /** Terminated sessions are replaced by logins with the old password, which PostgreSQL refuses. */
    @ParameterizedTest
    @CsvSource({"all sessions, auth/%", "the monitor's session, auth/%/%", "the pool's sessions, auth/probed"})
    void thePasswordIsRotatedInPostgresOnly(String what, String ended) throws Exception {
        probe().scenario("password rotated in PostgreSQL only, " + what + " terminated")
                .expecting(
                        "the password",
                        sample -> !sample.situation().equals("WELL")
                                && sample.text().contains("password"),
                        Duration.ofSeconds(2))
                .during(() -> {
                    setPassword("another");
                    terminate(ended);
                    probe().observeUntilDiagnosed(A_WHILE);
                    setPassword(ProbedServer.PASSWORD);
                });
    }

    @Test
    void theRoleLosesWhatItSeesOfOthers() throws Exception {
        Recording seen = probe().scenario("pg_monitor revoked").during(() -> {
            postgres.execute("postgres", "revoke pg_monitor from " + ProbedServer.ROLE);
            probe().observe(Duration.ofSeconds(1));
        });
        assertThat(seen.exchanges()).allMatch(Exchange::right);
        try (Connection locker = postgres.superuser(ProbedServer.DATABASE);
                var statement = locker.createStatement()) {
            locker.setAutoCommit(false);
            probe().scenario("a lock, of whose holder little is seen")
                    .expecting("the table", sample -> sample.text().contains("auth_permission"), Duration.ofSeconds(2))
                    .during(() -> {
                        statement.execute("lock table auth_permission in access exclusive mode");
                        probe().observeUntilDiagnosed(A_WHILE);
                        locker.rollback();
                    });
        }
        postgres.execute("postgres", "grant pg_monitor to " + ProbedServer.ROLE);
    }

    private static void setPassword(String password) throws SQLException {
        postgres.execute("postgres", "alter role %s password '%s'".formatted(ProbedServer.ROLE, password));
    }

    private static void terminate(String sessions) throws SQLException {
        postgres.execute(
                "postgres",
                "select pg_terminate_backend(pid) from pg_stat_activity where application_name like '%s'"
                        .formatted(sessions));
    }

    private static Probe probe() {
        return server.probe();
    }
}
