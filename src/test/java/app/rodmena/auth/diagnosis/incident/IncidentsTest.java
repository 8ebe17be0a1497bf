package app.rodmena.auth.diagnosis.incident;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.diagnosis.Situation;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.testing.LogOf;
import app.rodmena.auth.testing.MigratedDatabase;
import app.rodmena.auth.testing.TestProxy;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records incidents of real faults. */
class IncidentsTest {
    private static final PoolSettings SMALL =
            PoolSettings.DEFAULT.withSize(2, 1).with(draft -> draft.poolTimeout = Duration.ofMillis(1_500));

    @TempDir
    Path directory;

    @Test
    void theFirstTimeoutIsRecordedWithinASecondAndItsClientGetsTheId() throws Exception {
        DatabaseTarget target = MigratedDatabase.fresh();
        try (TroubledServer server = new TroubledServer(target, SMALL, config(Duration.ofMinutes(1)));
                Connection colleague = TroubledServer.otherSession(target);
                LogOf log = LogOf.logger("auth.incidents")) {
            int pid = TroubledServer.lock(colleague);
            List<String> keys =
                    Stream.generate(() -> UUID.randomUUID().toString()).limit(8).toList();
            HttpResponse<?> refused = (HttpResponse<?>) CompletableFuture.anyOf(
                            keys.stream().map(key -> server.write(key)).toArray(CompletableFuture[]::new))
                    .join();
            assertThat(refused.statusCode()).isEqualTo(503);
            JsonNode details =
                    new JsonMapper().readTree(String.valueOf(refused.body())).path("details");
            assertThat(details.path("reason").asText()).isEqualTo("POOL_TIMEOUT");
            assertThat(details).hasSize(3);
            String id = details.path("incident").asText();

            Incident incident = server.await(IncidentCause.TIMEOUT);
            assertThat(incident.id()).isEqualTo(id);
            assertThat(frozenAfterMillis(incident)).isLessThan(5_000);
            assertThat(incident.sentence())
                    .contains("3 of 3 connections in use")
                    .contains("5 requests waiting")
                    .contains("auth_group")
                    .contains("pid " + pid)
                    .contains("colleague");
            System.out.println("Measured: frozen " + frozenAfterMillis(incident) + " ms after the first timeout");
            await().untilAsserted(() -> assertThat(
                            server.incidents().find(id).orElseThrow().repetitions())
                    .isEqualTo(4));
            assertThat(server.incidents().count(IncidentCause.TIMEOUT)).isEqualTo(1);
            assertThat(server.incidents().count(IncidentCause.DATABASE_DOWN)).isZero();
            assertThat(log.lines()).contains("Incident %s TIMEOUT: %s".formatted(id, incident.sentence()));

            JsonNode json = new JsonMapper().readTree(incident.document().json());
            assertThat(json.path("diagnosis").path("verdicts").path("LOCK_WAIT").asInt())
                    .isEqualTo(3);
            assertThat(json.path("diagnosis").path("holders")).hasSize(3).allSatisfy(holder -> {
                assertThat(holder.path("verdict").asText()).isEqualTo("LOCK_WAIT");
                assertThat(holder.path("backendPid").asInt()).isPositive();
                assertThat(holder.path("culprit").path("pid").asInt()).isEqualTo(pid);
                assertThat(holder.path("heldForMillis").asDouble()).isGreaterThan(1_000);
            });
            assertThat(json.path("diagnosis")
                            .path("waiters")
                            .path(0)
                            .path("count")
                            .asInt())
                    .isEqualTo(5);
            assertThat(json.path("events").path(0).path("kind").asText()).isEqualTo("timeout");
            assertThat(json.path("history").size()).isPositive();
            assertThat(new String(incident.document().json(), UTF_8)).doesNotContain(keys);
            assertThat(incident.document().text())
                    .startsWith("Incident %s: TIMEOUT at ".formatted(id))
                    .contains("LOCK_WAIT", "pg_terminate_backend", "10 s per column", "timeout");
            assertThat(incident.document().html())
                    .startsWith("<!doctype html>")
                    .contains("<svg", "<path class='lock'", "<rect class='band'", "data-label='pid'>%s<".formatted(pid))
                    .contains("data-label='verdict'>LOCK_WAIT<", "data-label='times'>× 3<")
                    .doesNotContain("<script", "http://", "https://")
                    .satisfies(html -> assertThat(html.indexOf("pid %s (colleague, user ".formatted(pid)))
                            .isPositive()
                            .isLessThan(html.indexOf("<h2>")))
                    .satisfies(html -> assertThat(html.split("<h2>Stack of connection ", -1))
                            .hasSizeBetween(2, 3));
        }
    }

    @Test
    void aStuckHolderWithoutWaitersIsAnIncidentThatIncludesItsCancellation() throws Exception {
        DatabaseTarget target = MigratedDatabase.fresh();
        IncidentsConfig config = new IncidentsConfig(Optional.empty(), Duration.ofMillis(500), false, false);
        try (TroubledServer server = new TroubledServer(target, SMALL, config);
                Connection colleague = TroubledServer.otherSession(target)) {
            int pid = TroubledServer.lock(colleague);
            CompletableFuture<HttpResponse<String>> cancelled =
                    server.write(UUID.randomUUID().toString());

            Incident incident = server.await(IncidentCause.STUCK);
            assertThat(incident.sentence())
                    .contains("checked out by POST /api/role/{role}")
                    .contains("no requests waiting")
                    .contains("held by pid " + pid);
            colleague
                    .createStatement()
                    .execute("select pg_cancel_backend(pid) from pg_stat_activity where wait_event_type = 'Lock'"
                            + " and datname = current_database()");
            assertThat(cancelled.join().statusCode()).isEqualTo(503);
            assertThat(cancelled.join().body()).contains("\"STATEMENT_CANCELLED\"", incident.id());
        }
    }

    @Test
    void oneLockIsOneIncidentForAllItsSymptoms() throws Exception {
        DatabaseTarget target = MigratedDatabase.fresh();
        try (TroubledServer server = new TroubledServer(target, SMALL, config(Duration.ofMillis(300)));
                Connection colleague = TroubledServer.otherSession(target)) {
            TroubledServer.lock(colleague);
            server.sendWrites(3);
            String id = server.await(IncidentCause.STUCK).id();
            server.sendWrites(3);
            assertThat(server.await(IncidentCause.LONG_WAIT).id()).isEqualTo(id);
            Incident refused = server.await(IncidentCause.TIMEOUT);

            assertThat(refused.id()).isEqualTo(id);
            assertThat(refused.sentence()).contains("3 requests waiting", "3 wait for a lock");
            assertThat(refused.document().text()).contains("Earlier, STUCK: ", "Earlier, LONG_WAIT: ");
            assertThat(server.incidents().newestFirst()).hasSize(1);
        }
    }

    @Test
    void anIncidentKeepsTheMinuteBeforeItsEndAndItsActivity() throws Exception {
        DatabaseTarget target = MigratedDatabase.fresh();
        IncidentsConfig config = new IncidentsConfig(Optional.of(directory), Duration.ofMillis(500), false, false);
        String id;
        try (TroubledServer server = new TroubledServer(target, SMALL, config);
                Connection colleague = TroubledServer.otherSession(target)) {
            await().until(() -> server.server.diagnostics().last().situation() == Situation.WELL);
            int pid = TroubledServer.lock(colleague);
            server.sendWrites(3);
            id = server.await(IncidentCause.STUCK).id();
            assertThat(server.incidents().find(id).orElseThrow().document().text())
                    .contains("; not ended yet");
            colleague.rollback();
            await().atMost(Duration.ofSeconds(30))
                    .until(() ->
                            server.incidents().find(id).orElseThrow().ended().isPresent());

            Incident incident = server.incidents().find(id).orElseThrow();
            JsonNode json = new JsonMapper().readTree(incident.document().json());
            assertThat(json.path("ended").asText())
                    .isGreaterThan(json.path("time").asText());
            assertThat(json.path("lastedMillis").asLong())
                    .isEqualTo(incident.lasted().orElseThrow().toMillis());
            assertThat(json.path("before").path("seconds"))
                    .anySatisfy(second ->
                            assertThat(second.path("situation").asText()).isEqualTo("WELL"));
            JsonNode during = json.path("during");
            assertThat(during.path("sentence").asText()).contains("wait for a lock on auth_group held by pid " + pid);
            assertThat(during.path("seconds"))
                    .isNotEmpty()
                    .anySatisfy(
                            second -> assertThat(second.path("lock").asInt()).isEqualTo(3));
            String ended = "; ended at %s after ".formatted(json.path("ended").asText());
            assertThat(incident.document().text()).contains(ended, "3 × POST /api/role/{role}, Lock");
            assertThat(incident.document().html()).contains(ended, "From the start of the incident until its end");
            assertThat(server.incidents().newestFirst().get(0).lasted()).isEqualTo(incident.lasted());
        }
        JsonNode stored = new JsonMapper().readTree(Files.readAllBytes(directory.resolve(id + ".json")));
        assertThat(stored.path("lastedMillis").isNumber()).isTrue();
        assertThat(stored.path("during").path("seconds")).isNotEmpty();
        assertThat(IncidentDocument.read(Files.readAllBytes(directory.resolve(id + ".json")))
                        .ended())
                .isPresent();
    }

    @Test
    void aDeadlockIsAnIncidentWithBothStatements() throws Exception {
        DatabaseTarget target = MigratedDatabase.fresh();
        try (TroubledServer server = new TroubledServer(target, SMALL, config(Duration.ofMinutes(1)));
                Connection colleague = TroubledServer.otherSession(target);
                var statement = colleague.createStatement()) {
            statement.execute("insert into auth_group (creator, role) values ('c', 'a'), ('c', 'b')");
            int pid = TroubledServer.pidOf(colleague);
            colleague.setAutoCommit(false);
            // The server's statement closes the cycle, so that it detects the deadlock.
            statement.execute("set local deadlock_timeout = '1min'");
            statement.execute("update auth_group set description = 'secret' where role = 'b'");
            CompletableFuture<Void> locked = new CompletableFuture<>();
            CompletableFuture<Void> waiting = new CompletableFuture<>();
            CompletableFuture<Object> cancelled = server.engine
                    .call(CallContext.named("PUT /api/role/{role}"), handle -> {
                        handle.begin();
                        handle.execute("/* test.first */ update auth_group set description = 'x' where role = 'a'");
                        locked.complete(null);
                        waiting.join();
                        return (Object) handle.execute(
                                "/* test.second */ update auth_group set description = 'x' where role = 'b'");
                    })
                    .toCompletableFuture();
            locked.join();
            CompletableFuture<Void> updated = CompletableFuture.runAsync(() -> {
                try {
                    statement.execute("update auth_group set description = 'secret' where role = 'a'");
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            await().until(() -> server.server.diagnostics().current(Duration.ZERO).postgres().stream()
                    .flatMap(view -> view.backends().stream())
                    .anyMatch(backend -> backend.pid() == pid && backend.waitsForLock()));
            waiting.complete(null);

            Incident incident = server.await(IncidentCause.DATABASE_TROUBLE);
            assertThat(cancelled).isCompletedExceptionally();
            assertThat(incident.sentence())
                    .matches("Deadlock: pid \\d+ \\(test.second of PUT /api/role/\\{role}\\) waited for ShareLock on"
                            + " transaction \\d+ of pid %s; pid %s \\(colleague: update auth_group set description = \\? where"
                                    .formatted(pid, pid)
                            + " role = \\?\\) waited for ShareLock on transaction \\d+ of pid \\d+; PostgreSQL cancelled the"
                            + " statement of pid \\d+; .*");
            assertThat(incident.document().text()).contains("select deadlocks").doesNotContain("secret");
            updated.join();
            colleague.rollback();
        }
    }

    @Test
    void theSentenceOfALongWaitDescribesTheWaitAfterItsEnd() throws Exception {
        DatabaseTarget target = MigratedDatabase.fresh();
        try (TroubledServer server = new TroubledServer(target, SMALL, config(Duration.ofMillis(100)))) {
            server.engine.pool().suspend();
            server.sendWrites(1);
            await("a wait longer than the limit")
                    .until(() -> server.engine.pool().view().oldestWait().toMillis() > 100);
            server.engine.pool().resume();

            assertThat(server.await(IncidentCause.LONG_WAIT).sentence()).doesNotStartWith("Well");
        }
    }

    @Test
    void incidentsAreStoredForTheirOwnerAndReadAtTheNextStart() throws Exception {
        Path files = directory.resolve("data/incidents");
        DatabaseTarget target = MigratedDatabase.fresh();
        IncidentsConfig config = new IncidentsConfig(Optional.of(files), Duration.ofMillis(300), false, false);
        Incident before;
        try (TroubledServer server = new TroubledServer(target, SMALL, config);
                Connection colleague = TroubledServer.otherSession(target)) {
            await("a line to be drawn")
                    .until(() -> server.server.metrics().history().seconds().size() > 1);
            TroubledServer.lock(colleague);
            server.sendWrites(4);
            before = server.await(IncidentCause.LONG_WAIT);
            Path file = files.resolve(before.id() + ".json");
            await().until(() -> Files.exists(file));
            assertThat(Files.getPosixFilePermissions(file)).hasSize(2);
            assertThat(Files.size(file)).isLessThan(1_000_000);
        }
        Files.writeString(files.resolve("20200101-000000-000a.json"), "{\"id\": 3}");
        Files.writeString(files.resolve("notes.txt"), "mine");
        for (int i = 100; i < 125; i++) {
            Files.copy(files.resolve(before.id() + ".json"), files.resolve("20990101-000000-%03da.json".formatted(i)));
        }
        try (LogOf log = LogOf.logger("auth.incidents");
                TroubledServer server = new TroubledServer(target, SMALL, config)) {
            await().until(() -> server.incidents().find(before.id()).isPresent());
            Incident after = server.incidents().find(before.id()).orElseThrow();
            assertThat(after.sentence()).isEqualTo(before.sentence());
            assertThat(after.document().text()).contains(before.id());
            assertThat(after.document().html()).contains("<svg");
            assertThat(server.incidents().newestFirst()).hasSizeLessThanOrEqualTo(Incidents.MAX_INCIDENTS);
            assertThat(Files.readString(files.resolve("notes.txt"))).isEqualTo("mine");
            assertThat(log.lines()).hasSizeLessThanOrEqualTo(1);
        }
    }

    @Test
    void anIncidentIsStoredDespiteAFailingListener() throws Exception {
        Path files = directory.resolve("incidents");
        DatabaseTarget target = MigratedDatabase.fresh();
        IncidentsConfig config = new IncidentsConfig(Optional.of(files), Duration.ofMillis(300), false, false);
        try (TroubledServer server = new TroubledServer(target, SMALL, config);
                Connection colleague = TroubledServer.otherSession(target)) {
            server.incidents().add(incident -> {
                throw new AssertionError("on purpose");
            });
            TroubledServer.lock(colleague);
            server.sendWrites(4);
            Path file = files.resolve(server.await(IncidentCause.LONG_WAIT).id() + ".json");
            await().until(() -> Files.exists(file));
        }
    }

    @Test
    void invalidFilesAreIgnoredAndOldOnesDeleted() throws Exception {
        try (IncidentFiles files = new IncidentFiles(directory, 3);
                LogOf log = LogOf.logger("auth.incidents")) {
            Files.writeString(directory.resolve("20200101-000000-000a.json"), "{\"id\": 3}");
            Files.writeString(directory.resolve("20200101-000000-001a.json"), "]");
            Files.writeString(directory.resolve("notes.json"), "mine");
            files.load(incident -> {
                throw new AssertionError(incident.id());
            });
            await().untilAsserted(() -> assertThat(log.lines())
                    .containsExactly("2 files in %s are not valid incidents and are ignored".formatted(directory)));
            for (int i = 0; i < 5; i++) {
                files.store(Samples.incident("20260101-00000%d-000a".formatted(i)));
            }
            await().untilAsserted(() -> assertThat(names())
                    .containsExactlyInAnyOrder(
                            "20260101-000002-000a.json",
                            "20260101-000003-000a.json",
                            "20260101-000004-000a.json",
                            "notes.json"));
        }
    }

    @Test
    void anUnwritableDirectoryIsLoggedOnce() throws Exception {
        Path blocked = Files.writeString(directory.resolve("blocked"), "a file");
        try (IncidentFiles files = new IncidentFiles(blocked.resolve("incidents"), 3);
                LogOf log = LogOf.logger("auth.incidents")) {
            files.store(Samples.incident("20260101-000000-000a"));
            files.store(Samples.incident("20260101-000001-000a"));
            await().until(() -> log.lines().size() == 1);
            Files.delete(blocked);
            files.store(Samples.incident("20260101-000002-000a"));
            await().until(() -> log.lines().size() == 2);
            assertThat(log.lines().get(0)).startsWith("Incidents cannot be stored in ");
            assertThat(log.lines().get(1)).endsWith(" again");
        }
    }

    @Test
    void aFullQueueIsAnIncident() throws Exception {
        DatabaseTarget target = MigratedDatabase.fresh();
        try (TroubledServer server = new TroubledServer(
                        target, SMALL.with(draft -> draft.maxWaiting = 1), config(Duration.ofMinutes(1)));
                Connection colleague = TroubledServer.otherSession(target)) {
            TroubledServer.lock(colleague);
            server.sendWrites(3);
            await().until(() -> server.engine.pool().snapshot().checkedOut() == 3);
            server.sendWrites(3);
            assertThat(server.await(IncidentCause.REJECTED).sentence()).contains("3 of 3 connections in use");
        }
    }

    @Test
    void aSuspectedLeakIsLoggedWithItsStack() throws Exception {
        DatabaseTarget target = MigratedDatabase.fresh();
        try (TroubledServer server = new TroubledServer(
                        target,
                        SMALL.with(draft -> draft.leakThreshold = Duration.ofMillis(500)),
                        config(Duration.ofMinutes(1)));
                LogOf log = LogOf.logger("auth.incidents")) {
            CompletableFuture<Void> release = server.hold("GET /report");
            Incident incident = server.await(IncidentCause.LEAK_SUSPECTED);
            release.complete(null);
            assertThat(incident.sentence()).contains("checked out by GET /report");
            await().untilAsserted(() -> assertThat(log.lines())
                    .anyMatch(line -> line.contains("is held by thread") && line.contains("TroubledServer.holdUntil")));
            JsonNode holder = new JsonMapper()
                    .readTree(incident.document().json())
                    .path("diagnosis")
                    .path("holders")
                    .path(0);
            assertThat(holder.path("verdict").asText()).isEqualTo("LEAK");
            assertThat(holder.path("stack").toString()).contains("TroubledServer.holdUntil");
        }
    }

    @Test
    void anUnresponsiveDatabaseIsRecordedInTime() throws Exception {
        DatabaseTarget behind = MigratedDatabase.fresh();
        try (TestProxy proxy = new TestProxy(behind);
                TroubledServer server = new TroubledServer(proxy.target(), SMALL, config(Duration.ofMinutes(1)))) {
            assertThat(server.get("/api/roles").join().statusCode()).isEqualTo(200);
            proxy.freeze();
            server.sendWrites(6);
            Incident incident = server.awaitAny();
            assertThat(frozenAfterMillis(incident)).isLessThan(5_000);
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> server.incidents().newestFirst().stream()
                            .anyMatch(any ->
                                    any.sentence().toLowerCase(Locale.ROOT).contains("database down")));
            proxy.thaw();
        }
    }

    private static long frozenAfterMillis(Incident incident) throws Exception {
        return new JsonMapper()
                .readTree(incident.document().json())
                .path("frozenAfterMillis")
                .asLong(Long.MAX_VALUE);
    }

    private IncidentsConfig config(Duration wait) {
        return new IncidentsConfig(Optional.empty(), wait, false, false);
    }

    private List<String> names() throws Exception {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
