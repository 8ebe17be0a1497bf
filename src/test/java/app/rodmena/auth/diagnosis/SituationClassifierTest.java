package app.rodmena.auth.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.database.BatchQuery;
import app.rodmena.auth.diagnosis.Diagnosis.Recommendation;
import app.rodmena.auth.metrics.PoolHistory.PoolSecond;
import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.rbac.ClientKey;
import app.rodmena.auth.rbac.PermissionName;
import app.rodmena.auth.rbac.Permissions;
import app.rodmena.auth.rbac.UserName;
import app.rodmena.auth.testing.MigratedDatabase;
import app.rodmena.auth.testing.TestPostgres;
import app.rodmena.auth.testing.TestProxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;

/** The situation and sentence of each state of the pool. */
class SituationClassifierTest {
    private static final CallContext NOISY = new CallContext("POST /api/role/{role}", () -> "noisy");
    private static final CallContext QUIET = new CallContext("GET /api/roles", () -> "quiet");

    @Test
    void situationsAreOrderedBySeverity() {
        assertThat(Situation.values())
                .containsExactly(
                        Situation.WELL,
                        Situation.RECOVERING,
                        Situation.FAILING,
                        Situation.TROUBLED,
                        Situation.OPENING,
                        Situation.SATURATED,
                        Situation.NOISY_TENANT,
                        Situation.NOT_PREPARED,
                        Situation.SUSPENDED,
                        Situation.BLOCKED,
                        Situation.STALLED,
                        Situation.EXHAUSTED,
                        Situation.REFUSED,
                        Situation.NO_PRIMARY,
                        Situation.DATABASE_DOWN);
    }

    @Test
    void aTenantWithMostOfTheQueueIsNamedWithItsRoute() {
        try (Scene scene = new Scene(MigratedDatabase.fresh());
                Clients noisy = new Clients(scene, 19, NOISY, 0.05);
                Clients quiet = new Clients(scene, 1, QUIET, 0.05)) {
            noisy.start();
            quiet.start();
            scene.await(
                    Situation.NOISY_TENANT,
                    "tenant noisy has ",
                    " waiting requests, most of them POST /api/role/{role}");
        }
    }

    @Test
    void aTenantWithMostConnectionsIsNamedWhileAnotherWaits() {
        try (Scene scene = new Scene(MigratedDatabase.fresh());
                Clients noisy = new Clients(scene, 4, NOISY, 0.1);
                Clients quiet = new Clients(scene, 1, QUIET, 0)) {
            noisy.start();
            quiet.start();
            scene.await(
                    Situation.NOISY_TENANT, "tenant noisy has 3 of 3 connections, most of them POST /api/role/{role}");
        }
    }

    @Test
    void theOnlyTenantIsNotNoisy() {
        try (Scene scene = new Scene(MigratedDatabase.fresh());
                Clients only = new Clients(scene, 20, NOISY, 0.05)) {
            only.start();
            scene.await(Situation.SATURATED);
            await().during(Duration.ofSeconds(1))
                    .until(() -> scene.diagnostics
                                    .diagnose()
                                    .toCompletableFuture()
                                    .join()
                                    .situation()
                            != Situation.NOISY_TENANT);
        }
    }

    @Test
    void aLockIsTheReasonAlsoIfOneTenantWaitsForIt() throws Exception {
        try (Scene scene = new Scene(MigratedDatabase.fresh());
                Connection psql = Scene.otherSession(scene.target, "psql")) {
            Scene.run(psql, "begin");
            Scene.run(psql, "lock table auth_group");
            for (int i = 0; i < 20; i++) {
                scene.engine.call(
                        i == 19 ? QUIET : NOISY,
                        handle -> handle.createQuery("/* test.work */ select count(*) from auth_group")
                                .mapTo(Integer.class)
                                .one());
            }
            scene.await(Situation.EXHAUSTED, "3 wait for a lock on auth_group");
            await().during(Duration.ofSeconds(1))
                    .until(() -> scene.diagnostics
                                    .diagnose()
                                    .toCompletableFuture()
                                    .join()
                                    .situation()
                            == Situation.EXHAUSTED);
            Scene.run(psql, "rollback");
        }
    }

    /** Clients that each run a statement after the other until the end. */
    private static final class Clients implements AutoCloseable {
        private final Scene scene;
        private final int count;
        private final CallContext caller;
        private final double seconds;
        private final AtomicBoolean stopped = new AtomicBoolean();
        private final List<CompletableFuture<Void>> all = new ArrayList<>();

        Clients(Scene scene, int count, CallContext caller, double seconds) {
            this.scene = scene;
            this.count = count;
            this.caller = caller;
            this.seconds = seconds;
        }

        void start() {
            for (int i = 0; i < count; i++) {
                all.add(CompletableFuture.runAsync(this::repeat, task -> new Thread(task).start()));
            }
        }

        private void repeat() {
            while (!stopped.get()) {
                scene.engine
                        .call(caller, handle -> work(handle, seconds))
                        .toCompletableFuture()
                        .join();
            }
        }

        private static String work(Handle handle, double seconds) {
            return handle.createQuery("/* test.work */ select pg_sleep(:seconds)")
                    .bind("seconds", seconds)
                    .mapTo(String.class)
                    .one();
        }

        @Override
        public void close() {
            stopped.set(true);
            all.forEach(CompletableFuture::join);
        }
    }

    @Test
    void well() {
        try (Scene scene = new Scene(MigratedDatabase.fresh())) {
            Diagnosis diagnosis = scene.await(Situation.WELL);
            assertThat(diagnosis.sentence()).isEqualTo("Well: 0 of 3 connections in use, no requests waiting");
            assertThat(diagnosis.steps()).isEmpty();
            assertThat(diagnosis.blindSpots()).isEmpty();
            assertThat(diagnosis.postgres()).hasValueSatisfying(view -> {
                assertThat(view.slots().maxConnections()).isEqualTo(220);
                assertThat(view.slots().oursBeside()).isEqualTo(1);
                assertThat(view.seesEverything()).isTrue();
            });
        }
    }

    @Test
    void diagnoseReturnsTheLastDiagnosisAfterTheEnd() {
        Scene scene = new Scene(MigratedDatabase.fresh());
        scene.await(Situation.WELL);
        scene.close();
        for (int i = 0; i < 3; i++) {
            assertThat(scene.diagnostics.diagnose().toCompletableFuture())
                    .isCompletedWithValueMatching(diagnosis -> diagnosis.situation() == Situation.WELL);
        }
    }

    @Test
    void suspended() {
        try (Scene scene = new Scene(MigratedDatabase.fresh())) {
            scene.engine.pool().suspend();
            scene.callers(2, "GET /api/roles", handle -> 1);
            Diagnosis diagnosis = scene.await(Situation.SUSPENDED);
            assertThat(diagnosis.sentence())
                    .startsWith("Suspended by an operator")
                    .endsWith("0 of 3 connections in use, 2 requests waiting");
            assertThat(diagnosis.steps())
                    .singleElement()
                    .satisfies(step -> assertThat(step.command()).contains("\"operation\":\"resume\""));
            scene.engine.pool().resume();
            scene.await(Situation.WELL);
        }
    }

    @Test
    void databaseDown() {
        try (TestProxy proxy = new TestProxy(MigratedDatabase.fresh());
                Scene scene = new Scene(proxy.target())) {
            scene.await(Situation.WELL);
            proxy.stop();
            // The first symptom is a broken connection.
            Diagnosis diagnosis = scene.await(found -> found.situation() == Situation.DATABASE_DOWN
                    && found.sentence().contains("refused"));
            assertThat(diagnosis.sentence())
                    .matches(
                            "Database down since \\S+Z \\(.+ m?s\\): .+ refused.*; 0 of 3 connections in use, no requests waiting");
            assertThat(diagnosis.lastSeen()).isPresent();
            proxy.start();
            scene.await(Situation.WELL);
        }
    }

    @Test
    void aLoginThatHangsIsAnOutageOnceNoConnectionIsOpen() throws Exception {
        try (TestProxy proxy = new TestProxy(MigratedDatabase.fresh());
                Scene scene = new Scene(proxy.target())) {
            proxy.freezeNewConnections();
            CompletableFuture<Throwable> refusal = scene.engine
                    .call(QUIET, handle -> 1)
                    .handle((result, failure) -> failure)
                    .toCompletableFuture();

            Diagnosis diagnosis = scene.await(Situation.REFUSED, "does not complete the login", "so far");

            assertThat(diagnosis.sentence()).startsWith("0 of 3 connections in use");
            assertThat(refusal.get()).hasMessageContaining("none can be opened").hasMessageContaining("login");
            assertThat(scene.engine.availability()).satisfies(availability -> {
                assertThat(availability.reachable()).isFalse();
                assertThat(availability.problem()).isEqualTo("no connection can be opened");
            });
            // Beyond the end of the first attempt, by connect_timeout
            await().during(Duration.ofSeconds(12))
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> !scene.engine.availability().reachable());
            proxy.thaw();
            await().until(() -> scene.engine.availability().reachable());
        }
    }

    @Test
    void refusedByTheConnectionLimitOfTheRole() throws Exception {
        DatabaseTarget database = TestPostgres.freshDatabase();
        try (Connection admin = TestPostgres.connect(database)) {
            Scene.run(admin, "drop role if exists limited");
            Scene.run(admin, "create role limited login");
            Scene.run(admin, "grant all on schema public to limited");
        }
        DatabaseTarget limited = new DatabaseTarget(database.jdbcUrl(), "limited", database.password());
        try (Scene scene = new Scene(limited);
                Connection admin = TestPostgres.connect(database)) {
            Scene.run(admin, "alter role limited connection limit 2");
            scene.callers(3, "GET /api/roles", scene::holdUntilTheEnd);
            Diagnosis diagnosis = scene.await(Situation.REFUSED);
            assertThat(diagnosis.sentence())
                    .startsWith("1 of 3 connections in use for up to")
                    .contains("PostgreSQL refuses new connections (FATAL: too many connections for role \"limited\")")
                    .contains("of its 220 connections this process has ")
                    .contains("the limit of role limited is 2")
                    .doesNotContain("last seen");
            assertThat(diagnosis.steps()).isNotEmpty();
            Scene.run(admin, "alter role limited connection limit 0");
            Scene.run(admin, "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'limited'");
            assertThat(scene.await(Situation.REFUSED, "when last seen").sentence())
                    .matches(".*; when last seen, .+ ago, of its 220 connections this process has .*");
        }
        try (Connection admin = TestPostgres.connect(database)) {
            Scene.run(admin, "drop owned by limited cascade");
            Scene.run(admin, "drop role limited");
        }
    }

    @Test
    void saturated() {
        try (Scene scene = new Scene(MigratedDatabase.fresh());
                Clients clients = new Clients(scene, 12, CallContext.named("GET /api/roles"), 0.02)) {
            clients.start();
            assertThat(scene.await(Situation.SATURATED, "3 of 3 ", ": each ").sentence())
                    .matches("3 of 3 connections in use for up to .+ ms, [89] requests waiting: each is returned soon"
                            + " \\(median .+ ms, .+ check-ins per second\\): .+");
        }
    }

    @Test
    void saturatedWithoutCheckins() {
        try (Scene scene = new Scene(MigratedDatabase.fresh());
                Clients clients = new Clients(scene, 12, CallContext.named("GET /api/roles"), 0.9)) {
            clients.start();
            assertThat(scene.await(Situation.SATURATED, "3 of 3 ", "none ").sentence())
                    .matches(
                            "3 of 3 connections in use for up to .+ ms, [89] requests waiting: none was returned recently;"
                                    + " the longest use .+ \\(GET /api/roles\\)");
        }
    }

    @Test
    void saturatedWithShortStatements() {
        try (Scene scene = new Scene(MigratedDatabase.fresh());
                Clients clients = new Clients(scene, 40, CallContext.named("GET /api/roles"), 0)) {
            clients.start();
            scene.await(Situation.SATURATED);
            await().until(() -> scene.metrics.history().latest().stream().anyMatch(PoolSecond::isSaturated));
            for (int i = 0; i < 50; i++) {
                assertThat(scene.diagnostics.current(Duration.ZERO))
                        .doesNotMatch(diagnosis -> diagnosis.situation() == Situation.WELL
                                && diagnosis.pool().numbers().waiting() > 10);
            }
        }
    }

    @Test
    void saturatedWhileOtherSessionsCompute() throws Exception {
        try (Scene scene = new Scene(MigratedDatabase.fresh());
                Connection admin = Scene.otherSession(scene.target, "psql");
                Clients clients = new Clients(scene, 12, CallContext.named("GET /api/roles"), 0.02)) {
            int computing = Runtime.getRuntime().availableProcessors() + 1;
            for (int i = 0; i < computing; i++) {
                new Thread(() -> compute(scene)).start();
            }
            try {
                clients.start();
                Diagnosis diagnosis = scene.await(Situation.SATURATED, " sessions compute on ");
                assertThat(diagnosis.sentence())
                        .matches(
                                ".+: each is returned soon .+: \\d+ sessions compute on %d cores, %d of them of analytics"
                                        .formatted(computing - 1, computing));
                assertThat(diagnosis.steps())
                        .anyMatch(step -> step.what().startsWith("More connections do not help"))
                        .noneMatch(step -> step.command().contains("--pool-size"));
            } finally {
                Scene.run(
                        admin,
                        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'analytics'");
            }
        }
    }

    private static void compute(Scene scene) {
        try (Connection session = Scene.otherSession(scene.target, "analytics")) {
            Scene.run(session, "do $$ begin loop null; end loop; end $$");
        } catch (SQLException e) {
            // The test ends it.
        }
    }

    @Test
    void blockedByALockedBatch() throws Exception {
        try (Scene scene = new Scene(MigratedDatabase.fresh());
                Connection psql = Scene.otherSession(scene.target, "psql")) {
            Scene.run(psql, "begin");
            Scene.run(psql, "lock table auth_group");
            List<CompletionStage<Boolean>> results = checks(scene, 6);

            Diagnosis diagnosis = scene.await(Situation.BLOCKED);

            assertThat(diagnosis.sentence())
                    .matches(
                            "1 of 3 connections in use for up to .+, 5 requests waiting for the previous batch: 1 waits"
                                    + " for a lock on auth_group held by pid " + Scene.pidOf(psql) + " \\(psql, .+\\)");
            assertThat(diagnosis.steps()).anyMatch(step -> step.command().contains("pg_terminate_backend"));
            Scene.run(psql, "rollback");
            scene.await(Situation.WELL);
            assertThat(results)
                    .allSatisfy(answer ->
                            assertThat(answer.toCompletableFuture().join()).isFalse());
        }
    }

    @Test
    void saturatedBatches() {
        BatchQuery<Integer, Integer> slow = new BatchQuery<>() {
            @Override
            public int maxBatchSize() {
                return 1;
            }

            @Override
            public Integer execute(Handle handle, Integer input) {
                return handle.createQuery("/* test.slow */ select 1 from pg_sleep(0.4)")
                        .mapTo(Integer.class)
                        .one();
            }

            @Override
            public List<Integer> executeBatch(Handle handle, List<Integer> inputs) {
                return inputs;
            }
        };
        try (Scene scene = new Scene(MigratedDatabase.fresh())) {
            for (int i = 0; i < 20; i++) {
                scene.engine.submit(CallContext.named("GET /api/slow"), slow, i);
            }

            Diagnosis diagnosis = scene.await(Situation.SATURATED, " requests waiting for the previous batch: each ");

            assertThat(diagnosis.steps())
                    .extracting(Recommendation::command)
                    .contains("./run.sh --batch-slots 2")
                    .noneMatch(command -> command.contains("--pool-size"));
        }
    }

    /** Submits queries of one kind, which are batched. */
    private static List<CompletionStage<Boolean>> checks(Scene scene, int count) {
        Permissions permissions = new Permissions(scene.engine);
        ClientKey key = ClientKey.parse(UUID.randomUUID().toString());
        return IntStream.range(0, count)
                .mapToObj(i -> permissions.userHolds(
                        CallContext.named("GET /api/has_permission/{user}/{name}"),
                        key,
                        new UserName("user" + i),
                        new PermissionName("publish")))
                .toList();
    }

    @Test
    void reportsWhatTheRoleMayNotSee() throws Exception {
        DatabaseTarget database = TestPostgres.freshDatabase();
        try (Connection admin = TestPostgres.connect(database)) {
            Scene.run(admin, "drop role if exists shortsighted");
            Scene.run(admin, "create role shortsighted login");
            Scene.run(admin, "grant all on schema public to shortsighted");
        }
        DatabaseTarget target = new DatabaseTarget(database.jdbcUrl(), "shortsighted", database.password());
        try (Scene scene = new Scene(target);
                Connection psql = Scene.otherSession(database, "psql")) {
            Scene.run(psql, "begin");
            Scene.run(psql, "lock table auth_group");
            scene.callers(
                    3,
                    "GET /api/roles",
                    handle -> handle.createQuery("select count(*) from auth_group")
                            .mapTo(Integer.class)
                            .one());

            Diagnosis diagnosis = scene.await(Verdict.LOCK_WAIT, 3);

            int pid = Scene.pidOf(psql);
            assertThat(diagnosis.sentence())
                    .contains(
                            "3 wait for a lock on auth_group held by pid %d (psql, superuser postgres, activity hidden from this role)"
                                    .formatted(pid));
            assertThat(diagnosis.holders().get(0).culprit()).hasValueSatisfying(culprit -> {
                assertThat(culprit.hidden()).isTrue();
                assertThat(culprit.user()).isEqualTo("postgres");
            });
            assertThat(diagnosis.blindSpots())
                    .anyMatch(spot -> spot.contains("Role shortsighted may not see")
                            && spot.contains("grant pg_read_all_stats to \"shortsighted\""));
            Scene.run(psql, "rollback");
        }
        try (Connection admin = TestPostgres.connect(database)) {
            Scene.run(admin, "drop owned by shortsighted cascade");
            Scene.run(admin, "drop role shortsighted");
        }
    }

    @Test
    void concurrentRequestsShareADiagnosis() {
        DiagnosisConfig hourly = new DiagnosisConfig(Duration.ofHours(1), Duration.ofSeconds(5));
        try (Scene scene = new Scene(MigratedDatabase.fresh(), Scene.SMALL, hourly)) {
            scene.await(Situation.WELL);
            List<Diagnosis> published = new ArrayList<>();
            scene.diagnostics.add(published::add);
            List<Diagnosis> completed = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                scene.diagnostics.diagnose().thenAccept(completed::add);
            }
            await().until(() -> completed.size() == 10);
            // One may have begun before the second request.
            assertThat(published).hasSizeLessThanOrEqualTo(2);
            assertThat(scene.diagnostics.current(Duration.ofMinutes(1))).isSameAs(scene.diagnostics.last());
        }
    }
}
