package app.rodmena.auth.diagnosis.incident;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.database.DatabaseFailure;
import app.rodmena.auth.database.FailureKind;
import app.rodmena.auth.database.RecentFailures.FailureGroup;
import app.rodmena.auth.diagnosis.Diagnosis;
import app.rodmena.auth.diagnosis.DiagnosisConfig;
import app.rodmena.auth.diagnosis.Situation;
import app.rodmena.auth.diagnosis.Verdict;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.testing.LogOf;
import app.rodmena.auth.testing.MigratedDatabase;
import app.rodmena.auth.testing.TestPostgres;
import app.rodmena.auth.testing.TestServer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
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
            await().atMost(Duration.ofSeconds(20))
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
            FailureGroup failure = diagnosis.failures().get(0);
            assertThat(failure.kind()).isEqualTo(FailureKind.PERMISSION_DENIED);
            String incident = details(write(server)).path("incident").asText();
            assertThat(failure.incident()).contains(incident);
            assertThat(server.await(IncidentCause.DATABASE_TROUBLE).id()).isEqualTo(incident);
        }
    }

    @Test
    void aFailureKeepsTheIncidentItWasCountedIn() throws Exception {
        try (TroubledServer server = new TroubledServer(target, SMALL, IncidentsConfig.DEFAULT)) {
            assertThat(write(server).statusCode()).isEqualTo(200);
            admin("revoke insert on auth_group from clerk");
            JsonNode denied = details(write(server));
            admin("grant insert on auth_group to clerk");
            admin("alter table auth_group rename to elsewhere");
            JsonNode missing = details(write(server));

            assertThat(missing.path("incident")).isNotEqualTo(denied.path("incident"));
            Diagnosis diagnosis = server.server.diagnostics().current(Duration.ZERO);
            assertThat(diagnosis.failures()).hasSize(2).allSatisfy(group -> {
                JsonNode details = group.kind() == FailureKind.PERMISSION_DENIED ? denied : missing;
                assertThat(group.kind().name()).isEqualTo(details.path("reason").asText());
                assertThat(group.incident()).contains(details.path("incident").asText());
            });
            assertThat(diagnosis.sentence())
                    .containsSubsequence(
                            "0 of 3 connections in use",
                            missing.path("incident").asText(),
                            denied.path("incident").asText());
        }
    }

    @Test
    void refusalsAreCountedForEachLock() throws Exception {
        try (TroubledServer server = new TroubledServer(target, SMALL, IncidentsConfig.DEFAULT)) {
            FailureGroup first = refused(server);
            FailureGroup second = refused(server);

            assertThat(second.incident()).isPresent().isNotEqualTo(first.incident());
            assertThat(server.server.diagnostics().current(Duration.ZERO).failures())
                    .filteredOn(group -> group.kind() == FailureKind.POOL_TIMEOUT)
                    .extracting(FailureGroup::incident, FailureGroup::count)
                    .containsExactly(tuple(second.incident(), second.count()), tuple(first.incident(), first.count()));
        }
    }

    @Test
    void failuresBeforeTheLatestGroupsAreSummedUp() throws Exception {
        try (TroubledServer server = new TroubledServer(target, SMALL, IncidentsConfig.DEFAULT)) {
            for (int i = 1; i <= 5; i++) {
                server.engine
                        .recentFailures()
                        .record(FailureKind.UNEXPECTED, i, "error " + (char) ('a' + i), Optional.empty());
            }
            assertThat(server.server.diagnostics().current(Duration.ZERO).sentence())
                    .matches(
                            "Requests fail, .*: 5 requests failed .*\\(error f\\); 4 .*; 3 .*error d\\); and 3 earlier");
        }
    }

    /** The refusals because of another lock, which is seen before the first caller is refused, and is then gone. */
    private FailureGroup refused(TroubledServer server) throws Exception {
        try (Connection colleague = TroubledServer.otherSession(database)) {
            int pid = TroubledServer.lock(colleague);
            server.sendWrites(3);
            await().until(() -> server.server
                    .diagnostics()
                    .current(Duration.ZERO)
                    .sentence()
                    .contains("held by pid " + pid));
            server.sendWrites(2);
            long before = server.engine.recentFailures().total(FailureKind.POOL_TIMEOUT);
            await().until(() -> server.engine.recentFailures().total(FailureKind.POOL_TIMEOUT) == before + 2);
        }
        Diagnosis after = await().until(
                        () -> server.server.diagnostics().current(Duration.ZERO),
                        now -> now.situation() == Situation.FAILING);
        return after.failures().get(0);
    }

    @Test
    void failedAttemptsToConnectAreShownBesideEarlierRefusals() throws Exception {
        try (TroubledServer server = new TroubledServer(target, SMALL, IncidentsConfig.DEFAULT)) {
            admin("alter role clerk nologin");
            admin("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'auth/test'");
            await().until(() -> write(server).body().contains("DATABASE_DOWN")
                    && server.engine.recentFailures().total(FailureKind.DATABASE_DOWN) > 0);
            admin("alter role clerk login");
            await().until(() -> write(server).statusCode() == 200);

            admin("alter role clerk connection limit 1");
            List<CompletableFuture<Void>> held =
                    Stream.generate(() -> server.hold("test")).limit(3).toList();
            await().until(() -> server.server.diagnostics().current(Duration.ZERO).failures().stream()
                    .anyMatch(group -> group.message().contains("too many connections for role")));
            held.forEach(released -> released.complete(null));

            Diagnosis diagnosis = await().until(
                            () -> server.server.diagnostics().current(Duration.ZERO),
                            now -> now.situation() == Situation.FAILING);
            assertThat(diagnosis.sentence())
                    .matches("Connection attempts fail, [0-3] of 3 .*: \\d+ connection attempts? failed .*too many.*");
            assertThat(diagnosis.steps()).noneMatch(step -> step.what().startsWith("Read incident"));
        }
    }

    @Test
    void anEndedIncidentIsNotContinuedByAnotherSqlState() throws Exception {
        try (TroubledServer server = new TroubledServer(target, SMALL, IncidentsConfig.DEFAULT);
                Connection colleague = TroubledServer.otherSession(database)) {
            admin("alter role clerk connection limit 1");
            admin("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'auth/test'");
            await().until(() -> write(server).body().contains("DATABASE_DOWN")
                    && server.engine.recentFailures().total(FailureKind.DATABASE_DOWN) > 0);
            String full = details(write(server)).path("incident").asText();
            admin("alter role clerk connection limit -1");
            await().until(() -> write(server).statusCode() == 200);
            await().atMost(Duration.ofSeconds(40))
                    .until(() ->
                            server.incidents().find(full).orElseThrow().ended().isPresent());

            TroubledServer.lock(colleague);
            var waiting = server.write(UUID.randomUUID().toString());
            await().until(() -> server.server.diagnostics().current(Duration.ZERO).holders().stream()
                    .anyMatch(holder -> holder.verdict() == Verdict.LOCK_WAIT));
            admin("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'auth/test'");
            JsonNode broken = details(waiting.join());

            assertThat(broken.path("reason").asText()).isEqualTo("DATABASE_DOWN");
            assertThat(broken.path("incident").asText()).isNotEmpty().isNotEqualTo(full);
        }
    }

    @Test
    void aSlowStatementWithAnotherWaitIsAnotherIncident() throws Exception {
        IncidentsConfig config = new IncidentsConfig(Optional.empty(), Duration.ofMillis(500), false, false);
        try (TroubledServer server = new TroubledServer(TestServer.config(target)
                .withPool(SMALL)
                .withIncidents(config)
                .withDiagnosis(new DiagnosisConfig(Duration.ofMillis(250), Duration.ofMillis(500))))) {
            String computing = cancelled(
                    server, "select count(*) from generate_series(1, 100000) a, generate_series(1, 100000) b");
            assertThat(cancelled(server, "select pg_sleep(60)")).isNotEqualTo(computing);
        }
    }

    /** The incident of a slow statement of always the same route, which is then cancelled. */
    private String cancelled(TroubledServer server, String sql) throws Exception {
        Instant start = Instant.now();
        CompletableFuture<Integer> call = server.engine
                .call(CallContext.named("GET /report"), handle -> handle.execute(sql))
                .toCompletableFuture();
        Incident incident = await().atMost(Duration.ofSeconds(20))
                .until(
                        () -> server.incidents().newestFirst().stream().findFirst(),
                        newest -> newest.filter(found -> found.time().isAfter(start))
                                .isPresent())
                .orElseThrow();
        admin("select pg_cancel_backend(pid) from pg_stat_activity where application_name = 'auth/test'"
                + " and state = 'active'");
        assertThat(call)
                .failsWithin(Duration.ofSeconds(20))
                .withThrowableOfType(ExecutionException.class)
                .havingCause()
                .isInstanceOfSatisfying(
                        DatabaseFailure.class,
                        failure -> assertThat(failure.incident()).contains(incident.id()));
        return incident.id();
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
