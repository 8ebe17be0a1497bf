package app.rodmena.auth;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.testing.AuthProcess;
import app.rodmena.auth.testing.TestPostgres;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of requests when the process is told to stop, and of data when it is killed. */
class SignalTest {
    private final String key = UUID.randomUUID().toString();

    @TempDir
    Path directory;

    @Test
    void sigtermAnswersWhatIsInFlightAndExitsWithZero() throws Exception {
        DatabaseTarget target = TestPostgres.freshDatabase();
        try (AuthProcess server = AuthProcess.start(
                                directory,
                                AuthProcess.ALL_LISTENERS,
                                "--port=0",
                                "--database-url=" + target.jdbcUrl() + "?user=postgres",
                                "--instance=sigterm")
                        .awaitStart();
                var locker = TestPostgres.connect(target)) {
            assertThat(server.ask("POST", "/api/role/before", key).join().statusCode())
                    .isEqualTo(200);
            locker.setAutoCommit(false);
            try (var statement = locker.createStatement()) {
                statement.execute("lock table auth_group in access exclusive mode");
                List<CompletableFuture<HttpResponse<String>>> inFlight = new ArrayList<>();
                for (int i = 0; i < 30; i++) {
                    inFlight.add(server.ask("POST", "/api/role/role-" + i, key));
                }
                await().until(() -> waitingForLocks(target) == 10);

                server.terminate();
                await().until(() -> refuses(server));
                locker.rollback();

                assertThat(inFlight).allSatisfy(answer -> {
                    assertThat(answer.join().statusCode()).isEqualTo(200);
                    assertThat(answer.join().body()).isEqualTo("{\"result\":true}");
                });
                assertThat(server.awaitEnd()).isZero();
                try (var roles = statement.executeQuery("select count(*) from auth_group")) {
                    roles.next();
                    assertThat(roles.getInt(1)).isEqualTo(31);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"TERM, TERM", "HUP, INT"})
    void aSignalDrainsTheServerAndTheSecondEndsTheDrain(String signal, String second) throws Exception {
        try (AuthProcess server = AuthProcess.start(
                        directory,
                        Map.of(),
                        "--port=0",
                        "--drain=1h",
                        "--database-url=" + TestPostgres.freshDatabase().jdbcUrl() + "?user=postgres")
                .awaitStart()) {
            await().untilAsserted(() -> assertThat(ready(server)).isEqualTo(200));

            server.signal(signal);

            await().until(() -> ready(server) == 503);
            assertThat(server.ask("GET", "/health/live", key).join().statusCode())
                    .isEqualTo(200);
            HttpResponse<String> served =
                    server.ask("POST", "/api/role/while-draining", key).join();
            assertThat(served.statusCode()).isEqualTo(200);
            assertThat(served.headers().firstValue("connection")).contains("close");
            assertThat(server.isAlive()).isTrue();

            server.signal(second);

            assertThat(server.awaitEnd()).isZero();
        }
    }

    private int ready(AuthProcess server) {
        return server.ask("GET", "/health/ready", key).join().statusCode();
    }

    @Test
    void whoIsNotAnsweredWithinTheGraceIsToldSoAndLeavesNothingRunning() throws Exception {
        DatabaseTarget target = TestPostgres.freshDatabase();
        try (AuthProcess server = AuthProcess.start(
                                directory,
                                Map.of(),
                                "--port=0",
                                "--database-url=" + target.jdbcUrl() + "?user=postgres",
                                "--shutdown-grace=3s",
                                "--instance=sigterm")
                        .awaitStart();
                var locker = TestPostgres.connect(target);
                var statement = locker.createStatement()) {
            locker.setAutoCommit(false);
            statement.execute("lock table auth_group in access exclusive mode");
            List<CompletableFuture<HttpResponse<String>>> inFlight = new ArrayList<>();
            for (int i = 0; i < 15; i++) {
                inFlight.add(server.ask("POST", "/api/role/role-" + i, key));
            }
            await().until(() -> waitingForLocks(target) == 10);

            server.terminate();

            assertThat(inFlight)
                    .allSatisfy(answer -> assertThat(answer.join().statusCode()).isEqualTo(503));
            assertThat(server.awaitEnd()).isZero();
            await().until(() -> waitingForLocks(target) == 0);
            locker.rollback();
            try (var roles = statement.executeQuery("select count(*) from auth_group")) {
                roles.next();
                assertThat(roles.getInt(1)).isZero();
            }
        }
    }

    @Test
    void afterAKillEverythingAcknowledgedIsStillThere() throws Exception {
        List<String> acknowledged;
        try (AuthProcess server =
                AuthProcess.start(directory, Map.of(), "--port=0").awaitStart()) {
            acknowledged = writeUntilKilled(server);
        }
        try (AuthProcess server =
                AuthProcess.start(directory, Map.of(), "--port=0").awaitStart()) {
            String roles = server.ask("GET", "/api/roles", key).join().body();
            assertThat(acknowledged)
                    .hasSizeGreaterThan(50)
                    .allSatisfy(role -> assertThat(roles).contains("\"" + role + "\""));
            server.terminate();
            assertThat(server.awaitEnd()).isZero();
        }
    }

    @Test
    void sigtermEndsTheWaitForAnotherProcessesMigration() throws Exception {
        DatabaseTarget target = TestPostgres.freshDatabase();
        try (var migrating = TestPostgres.connect(target);
                var statement = migrating.createStatement()) {
            statement.execute("select pg_advisory_lock(1635087464, 1)");
            try (AuthProcess server = AuthProcess.start(
                    directory,
                    Map.of(),
                    "--port=0",
                    "--fail-fast",
                    "--database-url=" + target.jdbcUrl() + "?user=postgres")) {
                await().atMost(60, SECONDS).until(() -> server.err().contains("another process is migrating"));

                server.terminate();

                assertThat(server.awaitEnd()).isZero();
                assertThat(server.err())
                        .contains("asked to stop while starting")
                        .doesNotContain("ERROR");
            }
        }
    }

    @Test
    void sigtermEndsTheRecoveryOfTheEmbeddedDatabaseAndHarmsNothing() throws Exception {
        Path cluster = directory.resolve("data/postgresql");
        try (AuthProcess server =
                AuthProcess.start(directory, Map.of(), "--port=0").awaitStart()) {
            assertThat(server.ask("POST", "/api/role/before", key).join().statusCode())
                    .isEqualTo(200);
            server.terminate();
            assertThat(server.awaitEnd()).isZero();
        }
        Path endless = Files.createFile(cluster.resolve("recovery.signal"));
        Files.writeString(
                cluster.resolve("postgresql.auto.conf"), "restore_command = 'touch recovering; sleep 300'\n", APPEND);
        try (AuthProcess server = AuthProcess.start(directory, Map.of(), "--port=0")) {
            await().atMost(60, SECONDS).until(() -> Files.exists(cluster.resolve("recovering")));

            server.terminate();

            assertThat(server.awaitEnd()).isZero();
            assertThat(cluster.resolve("postmaster.pid")).doesNotExist();
        }
        Files.delete(endless);
        try (AuthProcess server =
                AuthProcess.start(directory, Map.of(), "--port=0").awaitStart()) {
            assertThat(server.ask("GET", "/api/roles", key).join().body()).contains("\"before\"");
        }
    }

    private List<String> writeUntilKilled(AuthProcess server) throws Exception {
        ConcurrentLinkedQueue<String> acknowledged = new ConcurrentLinkedQueue<>();
        List<CompletableFuture<Void>> writers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            String name = "writer-" + i;
            writers.add(CompletableFuture.runAsync(() -> {
                for (int n = 0; true; n++) {
                    String role = name + "-" + n;
                    if (server.ask("POST", "/api/role/" + role, key).join().statusCode() == 200) {
                        acknowledged.add(role);
                    }
                }
            }));
        }
        await().until(() -> acknowledged.size() > 50);
        server.kill();
        writers.forEach(writer -> assertThatThrownBy(writer::join).isInstanceOf(Exception.class));
        return List.copyOf(acknowledged);
    }

    private boolean refuses(AuthProcess server) {
        return server.ask("GET", "/ping", key)
                .handle((answer, failure) -> failure != null || answer.statusCode() == 503)
                .join();
    }

    private static int waitingForLocks(DatabaseTarget target) throws Exception {
        try (var connection = TestPostgres.connect(target);
                var query = connection.prepareStatement(
                        "select count(*) from pg_stat_activity where application_name = 'auth/sigterm'"
                                + " and wait_event_type = 'Lock'");
                var result = query.executeQuery()) {
            result.next();
            return result.getInt(1);
        }
    }
}
