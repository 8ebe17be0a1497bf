package app.rodmena.auth.diagnosis.incident;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.database.FailureKind;
import app.rodmena.auth.diagnosis.Diagnosis;
import app.rodmena.auth.diagnosis.Diagnosis.RecentFailure;
import app.rodmena.auth.diagnosis.Situation;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.testing.LogOf;
import app.rodmena.auth.testing.MigratedDatabase;
import app.rodmena.auth.testing.TestPostgres;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Health, diagnosis and incidents agree with the responses of clients, during and after failures. */
class FailingClientsTest {
    private static final String ROLE = "clerk";
    private static final PoolSettings SMALL =
            PoolSettings.DEFAULT.withSize(2, 1).with(draft -> draft.poolTimeout = Duration.ofSeconds(2));

    private final DatabaseTarget database = MigratedDatabase.fresh();
    private final DatabaseTarget target = new DatabaseTarget(database.jdbcUrl(), ROLE, database.password());

    @BeforeEach
    void createTheRole() throws Exception {
        admin("drop role if exists clerk");
        admin("create role clerk login");
        admin("grant all on schema public to clerk");
        admin("grant all on all tables in schema public to clerk");
        admin("grant all on all sequences in schema public to clerk");
    }

    @AfterEach
    void dropTheRole() throws Exception {
        admin("drop owned by clerk cascade");
        admin("drop role clerk");
    }

    @Test
    void refusedLoginsAreAnOutageDespiteTheMonitorsSession() throws Exception {
        try (TroubledServer server = new TroubledServer(target, SMALL, IncidentsConfig.DEFAULT)) {
            assertThat(write(server).statusCode()).isEqualTo(200);
            admin("alter role clerk nologin");
            admin("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'auth/test'");
            // The first symptom is a broken connection.
            await().untilAsserted(() -> {
                assertThat(details(write(server)).path("reason").asText()).isEqualTo("DATABASE_DOWN");
                assertThat(server.get("/health").join().statusCode()).isEqualTo(503);
            });
            assertThat(server.get("/health/ready").join().statusCode()).isEqualTo(503);
            Diagnosis diagnosis = await().until(
                            () -> server.server.diagnostics().current(Duration.ZERO),
                            now -> now.situation() == Situation.REFUSED);
            assertThat(diagnosis.outage()).isEmpty();
            assertThat(diagnosis.sentence()).contains("not permitted to log in", "refused");
            String incident = details(write(server)).path("incident").asText();
            await().untilAsserted(() -> assertThat(server.incidents().find(incident))
                    .hasValueSatisfying(found -> {
                        assertThat(found.cause()).isEqualTo(IncidentCause.DATABASE_DOWN);
                        assertThat(found.sentence()).contains("not permitted to log in");
                    }));

            admin("alter role clerk login");
            // The pool detects the recovery without a request.
            await().atMost(Duration.ofSeconds(5))
                    .until(() -> server.get("/health/ready").join().statusCode() == 200);
            assertThat(server.get("/health").join().statusCode()).isEqualTo(200);
            Diagnosis after = await().until(
                            () -> server.server.diagnostics().current(Duration.ZERO),
                            now -> now.situation() == Situation.FAILING);
            assertThat(after.sentence()).contains("refused", "incident " + incident);
        }
    }

    @Test
    void aMissingPrivilegeIsReportedWithTableAndRole() throws Exception {
        try (TroubledServer server = new TroubledServer(target, SMALL, IncidentsConfig.DEFAULT);
                LogOf http = LogOf.logger("auth.http");
                LogOf log = LogOf.logger("auth.database")) {
            assertThat(write(server).statusCode()).isEqualTo(200);
            admin("revoke all on auth_group from clerk");
            for (int i = 0; i < 20; i++) {
                HttpResponse<String> response = write(server);
                assertThat(response.statusCode()).isEqualTo(503);
                assertThat(details(response).path("reason").asText()).isEqualTo("PERMISSION_DENIED");
                assertThat(response.body()).contains("permission denied for table auth_group");
            }

            assertThat(http.lines()).isEmpty();
            assertThat(log.lines())
                    .hasSizeLessThan(10)
                    .allSatisfy(line -> assertThat(line.lines()).hasSize(1));
            Diagnosis diagnosis = await().until(
                            () -> server.server.diagnostics().current(Duration.ZERO),
                            now -> now.situation() == Situation.FAILING);
            assertThat(diagnosis.sentence()).contains("20 requests failed", "table auth_group, role clerk");
            RecentFailure failure = diagnosis.failures().get(0);
            assertThat(failure.kind()).isEqualTo(FailureKind.PERMISSION_DENIED);
            String incident = details(write(server)).path("incident").asText();
            assertThat(failure.incident()).contains(incident);
            assertThat(server.await(IncidentCause.DATABASE_TROUBLE).id()).isEqualTo(incident);
        }
    }

    @Test
    void aDroppedTableIsReported() throws Exception {
        try (TroubledServer server = new TroubledServer(target, SMALL, IncidentsConfig.DEFAULT)) {
            assertThat(write(server).statusCode()).isEqualTo(200);
            admin("drop table auth_group cascade");
            HttpResponse<String> response = write(server);
            assertThat(response.statusCode()).isEqualTo(503);
            assertThat(details(response).path("reason").asText()).isEqualTo("SCHEMA_MISMATCH");
            assertThat(server.await(IncidentCause.DATABASE_TROUBLE).sentence())
                    .contains("relation \"auth_group\" does not exist");
        }
    }

    private static HttpResponse<String> write(TroubledServer server) {
        return server.write(UUID.randomUUID().toString()).join();
    }

    private static JsonNode details(HttpResponse<String> response) throws Exception {
        return new JsonMapper().readTree(response.body()).path("details");
    }

    private void admin(String sql) throws Exception {
        try (Connection admin = TestPostgres.connect(database);
                var statement = admin.createStatement()) {
            statement.execute(sql);
        }
    }
}
