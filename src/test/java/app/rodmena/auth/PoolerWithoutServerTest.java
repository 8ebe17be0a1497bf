package app.rodmena.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.diagnosis.Diagnosis;
import app.rodmena.auth.diagnosis.Diagnosis.Recommendation;
import app.rodmena.auth.diagnosis.Situation;
import app.rodmena.auth.diagnosis.Verdict;
import app.rodmena.auth.diagnosis.incident.IncidentCause;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.testing.TestPgBouncer;
import app.rodmena.auth.testing.TestPostgres;
import app.rodmena.auth.testing.TestServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Behind a PgBouncer that is there, but has no server connection to give: saturated is not down. */
class PoolerWithoutServerTest {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final DatabaseTarget database = TestPostgres.freshDatabase();

    @Test
    void aFullPoolIsSaturatedAndEveryWriteIsAnsweredWhenTheLockGoes() throws Exception {
        try (TestPgBouncer pooler =
                        TestPgBouncer.start(database, "pool_mode = transaction%ndefault_pool_size = 5".formatted());
                TestServer server = TestServer.on(pooler.target())) {
            List<CompletableFuture<HttpResponse<String>>> writes = new ArrayList<>();
            try (Connection lock = TestPostgres.connect(database)) {
                lock.setAutoCommit(false);
                lock.createStatement().execute("lock table auth_group");
                for (int i = 0; i < 8; i++) {
                    writes.add(write(server));
                }

                awaitKeptBack(server);
                // For longer than a single probe, or the age at which an answer is none any more
                await().during(Duration.ofSeconds(4))
                        .atMost(Duration.ofSeconds(30))
                        .untilAsserted(() -> {
                            assertThat(server.get("/health")).isEqualTo(200);
                            assertThat(server.get("/health/ready")).isEqualTo(200);
                        });

                await().untilAsserted(() -> {
                    Diagnosis diagnosis = look(server);
                    assertThat(diagnosis.verdicts()).doesNotContainKey(Verdict.NETWORK);
                    assertThat(diagnosis.sentence())
                            .contains("8 of 10 connections in use")
                            .contains("PgBouncer accepts");
                    assertThat(diagnosis.steps())
                            .extracting(Recommendation::command)
                            .anyMatch(command -> command.endsWith("-d pgbouncer -c \"show pools\""));
                });
                await().until(() -> server.server.incidents().count(IncidentCause.STUCK) > 0);
                lock.rollback();
            }
            assertThat(writes)
                    .allSatisfy(write -> assertThat(write.get().statusCode()).isEqualTo(200));
            assertThat(server.server.incidents().count(IncidentCause.DATABASE_DOWN))
                    .isZero();
            await().until(() -> look(server).situation() == Situation.WELL);
        }
    }

    @Test
    @SuppressWarnings("try") // That it is closed earlier is the point.
    void aPausedPoolerIsSaturatedAndOneThatIsGoneIsDown() throws Exception {
        try (TestPgBouncer pooler = TestPgBouncer.start(database, "pool_mode = transaction");
                TestServer server = TestServer.on(pooler.target())) {
            pooler.command("pause");

            assertThat(awaitKeptBack(server).sentence()).contains("paused");
            assertThat(server.get("/health")).isEqualTo(200);
            assertThat(server.server.availability().problem()).contains("pooler");

            pooler.close();

            await().until(() -> server.get("/health") == 503);
            assertThat(look(server).situation()).isEqualTo(Situation.DATABASE_DOWN);
        }
    }

    @Test
    void aPoolerThatAcceptsNoMoreClientsIsSaturated() throws Exception {
        try (TestPgBouncer pooler = TestPgBouncer.start(database, "pool_mode = session");
                TestServer server = TestServer.on(pooler.target());
                Connection admin = TestPostgres.superuser();
                var terminate = admin.prepareStatement("""
                        select pg_terminate_backend(pid) from pg_stat_activity where application_name ~ '^auth/test/.*[+]'
                        """)) {
            assertThat(write(server).join().statusCode()).isEqualTo(200);
            pooler.command("set max_client_conn = 1");
            terminate.execute();

            Diagnosis diagnosis = awaitKeptBack(server);

            assertThat(diagnosis.sentence()).contains("max_client_conn");
            assertThat(diagnosis.steps())
                    .extracting(Recommendation::what)
                    .anyMatch(step -> step.contains("max_client_conn"));
            assertThat(server.get("/health")).isEqualTo(200);
            assertThat(write(server).join().statusCode()).isEqualTo(200);
            pooler.command("set max_client_conn = 100");
        }
    }

    private static Diagnosis awaitKeptBack(TestServer server) {
        await().atMost(Duration.ofSeconds(15)).until(() -> look(server).situation() == Situation.SATURATED);
        return look(server);
    }

    private static Diagnosis look(TestServer server) {
        return server.server.diagnostics().diagnose().toCompletableFuture().join();
    }

    private static CompletableFuture<HttpResponse<String>> write(TestServer server) {
        URI uri = URI.create("http://127.0.0.1:" + server.server.address().getPort() + "/api/role/editors");
        return HTTP.sendAsync(
                HttpRequest.newBuilder(uri)
                        .POST(BodyPublishers.noBody())
                        .header("Authorization", "Bearer " + UUID.randomUUID())
                        .build(),
                BodyHandlers.ofString());
    }
}
