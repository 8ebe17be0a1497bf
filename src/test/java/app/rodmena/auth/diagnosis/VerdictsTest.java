package app.rodmena.auth.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.database.activity.Backend;
import app.rodmena.auth.diagnosis.Diagnosis.Recommendation;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.pool.RefusalListener.QueueSnapshot;
import app.rodmena.auth.pool.WaiterView;
import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.pool.event.RequestIds;
import app.rodmena.auth.testing.MigratedDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Causes each reason for exhaustion on a real PostgreSQL, and expects its verdict. */
class VerdictsTest {
    private static final String KEY = "5f1c2f0a-9b1e-4c37-8a55-0d9b3c6c1e11";

    @Test
    void aTableLockOfAnotherSession() throws Exception {
        try (Scene scene = new Scene(MigratedDatabase.fresh());
                Connection psql = Scene.otherSession(scene.target, "psql")) {
            int pid = Scene.pidOf(psql);
            Scene.run(psql, "begin");
            Scene.run(psql, "lock table auth_group");
            Scene.run(psql, "select '%s' as secret".formatted(KEY));
            scene.callers(5, "GET /api/roles", handle -> count(handle, "auth_group"));

            Diagnosis diagnosis = scene.await(Verdict.LOCK_WAIT, 3);

            assertThat(diagnosis.situation()).isEqualTo(Situation.EXHAUSTED);
            assertThat(diagnosis.sentence())
                    .matches("3 of 3 connections in use for up to .+ m?s, 2 requests waiting: 3 wait for a lock on"
                            + " auth_group held by pid %d \\(psql, idle in transaction for .+ m?s\\)".formatted(pid));
            Holder holder = diagnosis.holders().get(0);
            assertThat(holder.route()).isEqualTo("GET /api/roles");
            assertThat(holder.culprit()).hasValueSatisfying(culprit -> {
                assertThat(culprit.pid()).isEqualTo(pid);
                assertThat(culprit.application()).isEqualTo("psql");
                assertThat(culprit.state()).isEqualTo("idle in transaction");
                assertThat(culprit.query()).isEqualTo("select ? as secret");
                assertThat(culprit.chain()).containsExactly(pid);
            });
            assertThat(diagnosis.steps())
                    .extracting(Recommendation::command)
                    .anyMatch(command ->
                            command.matches("psql -c \"select pg_terminate_backend\\(pid\\) from pg_stat_activity"
                                    + " where pid = %d and backend_start <= '\\S+Z'\"".formatted(pid)))
                    .anyMatch(command -> command.contains("alter role current_user"));
            assertThat(diagnosis.toString()).doesNotContain(KEY);
            assertThatNoLaterSessionIsTerminated(diagnosis, pid, scene);
            assertThat(diagnosis.waiters()).singleElement().satisfies(waiters -> {
                assertThat(waiters.route()).isEqualTo("GET /api/roles");
                assertThat(waiters.count()).isEqualTo(2);
            });
            Scene.run(psql, "rollback");
            scene.await(Situation.WELL);
        }
    }

    @Test
    void aRowLockOfAnotherConnectionOfThePool() {
        try (Scene scene = new Scene(MigratedDatabase.fresh())) {
            scene.engine
                    .call(
                            CallContext.named("setup"),
                            handle -> handle.execute("insert into auth_group (creator, role) values ('c', 'r')"))
                    .toCompletableFuture()
                    .join();
            scene.call("POST /api/role/{role}", handle -> {
                handle.begin();
                handle.execute("/* test.update */ update auth_group set description = 'x'");
                return scene.holdUntilTheEnd(handle);
            });
            scene.await(diagnosis -> diagnosis.verdicts().getOrDefault(Verdict.IDLE_IN_TRANSACTION, 0) == 1);
            scene.callers(
                    2,
                    "DELETE /api/role/{role}",
                    handle -> handle.execute("/* test.update */ update auth_group set description = 'y'"));

            Diagnosis diagnosis = scene.await(Verdict.LOCK_WAIT, 2);

            Holder holder = holder(diagnosis, Verdict.LOCK_WAIT);
            int blocker = holder(diagnosis, Verdict.IDLE_IN_TRANSACTION).connectionId();
            assertThat(holder.culprit()).hasValueSatisfying(culprit -> {
                assertThat(culprit.connectionId()).hasValue(blocker);
                assertThat(culprit.ours()).isTrue();
            });
            assertThat(diagnosis.sentence())
                    .contains("a lock on a row of auth_group held by pid")
                    .contains("connection %d of this pool".formatted(blocker));
        }
    }

    @Test
    void anInsertThatWaitsForAnotherOfTheSameKeyNamesTheTable() throws Exception {
        String insert = "insert into auth_group (creator, role) values ('c', 'r') on conflict do nothing";
        try (Scene scene = new Scene(MigratedDatabase.fresh());
                Connection psql = Scene.otherSession(scene.target, "psql")) {
            Scene.run(psql, "begin; " + insert);
            scene.call("POST /api/role/{role}", handle -> handle.execute("/* test.insert */ " + insert));

            assertThat(scene.await(Verdict.LOCK_WAIT, 1).sentence())
                    .contains("a lock on a row of auth_group held by pid " + Scene.pidOf(psql));
            Scene.run(psql, "rollback");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            lock table auth_group                                                        | LOCK TABLE
            do $$ begin execute 'alter table auth_group add column also int'; end $$     | the lock request
            """)
    void theHeadOfAChainOfLockWaits(String request, String named) throws Exception {
        try (Scene scene = new Scene(MigratedDatabase.fresh());
                Connection head = Scene.otherSession(scene.target, "report");
                Connection between = Scene.otherSession(scene.target, "migration")) {
            Scene.run(head, "begin; select count(*) from auth_group");
            Thread waiting = new Thread(() -> {
                try {
                    Scene.run(between, "begin; " + request);
                } catch (SQLException e) {
                    // Cancelled when its connection is closed.
                }
            });
            waiting.start();
            scene.await(diagnosis -> diagnosis
                    .postgres()
                    .map(view -> view.backends().stream().anyMatch(Backend::waitsForLock))
                    .orElse(false));
            scene.callers(3, "GET /api/roles", handle -> count(handle, "auth_group"));

            int inBetween = Scene.pidOf(between);
            int first = Scene.pidOf(head);
            Diagnosis diagnosis = scene.await(Verdict.LOCK_WAIT, 3);

            assertThat(diagnosis.holders())
                    .allSatisfy(holder -> assertThat(holder.culprit()).hasValueSatisfying(culprit -> {
                        assertThat(culprit.application()).isEqualTo("report");
                        assertThat(culprit.chain()).containsExactly(inBetween, first);
                    }));
            assertThat(diagnosis.sentence())
                    .contains("held by pid %d (report".formatted(first))
                    .endsWith(", behind %s of pid %d (migration), which waits too: end that first"
                            .formatted(named, inBetween));
            assertThat(diagnosis.steps().get(0).command())
                    .matches("psql -c \"select pg_cancel_backend\\(pid\\) from pg_stat_activity"
                            + " where pid = %d and query_start <= '\\S+Z'\"".formatted(inBetween));
            Scene.run(head, "rollback");
            waiting.join();
        }
    }

    @Test
    void aLockWhoseHolderWaitsForAnotherSession() throws Exception {
        try (Scene scene = new Scene(MigratedDatabase.fresh());
                Connection head = Scene.otherSession(scene.target, "report");
                Connection holder = Scene.otherSession(scene.target, "job")) {
            Scene.run(head, "begin; select pg_advisory_xact_lock(7)");
            Scene.run(holder, "begin; lock table auth_group");
            Thread waiting = new Thread(() -> {
                try {
                    Scene.run(holder, "select pg_advisory_xact_lock(7)");
                } catch (SQLException e) {
                    // Cancelled when its connection is closed.
                }
            });
            waiting.start();
            scene.callers(3, "GET /api/roles", handle -> count(handle, "auth_group"));

            assertThat(scene.await(Verdict.LOCK_WAIT, 3).sentence())
                    .matches(
                            ".+: 3 wait for a lock on auth_group held by pid %d \\(job, active for .+\\), which waits for pid"
                                            .formatted(Scene.pidOf(holder))
                                    + " %d \\(report, idle in transaction for .+\\)".formatted(Scene.pidOf(head)));
            Scene.run(head, "rollback");
            waiting.join();
        }
    }

    @Test
    void aLockThatTwoSessionsHold() throws Exception {
        try (Scene scene = new Scene(MigratedDatabase.fresh());
                Connection one = Scene.otherSession(scene.target, "one");
                Connection other = Scene.otherSession(scene.target, "other")) {
            Scene.run(one, "begin; lock table auth_group in share mode");
            Scene.run(other, "begin; lock table auth_group in share mode");
            scene.callers(3, "POST /api/role/{role}", handle -> handle.execute("delete from auth_group"));

            Diagnosis diagnosis = scene.await(Verdict.LOCK_WAIT, 3);

            assertThat(diagnosis.sentence())
                    .matches(".+ held by pid %d \\(one, idle in transaction for .+\\) and pid %d \\(other\\)"
                            .formatted(Scene.pidOf(one), Scene.pidOf(other)));
            for (Connection session : List.of(one, other)) {
                String command = ".*pg_terminate_backend.* where pid = %d .*".formatted(Scene.pidOf(session));
                assertThat(diagnosis.steps()).anyMatch(step -> step.command().matches(command));
            }
        }
    }

    /** Runs the recommended command for a session that has begun after the diagnosis, as if it had the same pid. */
    private static void assertThatNoLaterSessionIsTerminated(Diagnosis diagnosis, int pid, Scene scene)
            throws Exception {
        String sql = diagnosis.steps().stream()
                .map(Recommendation::command)
                .filter(command -> command.contains("pg_terminate_backend"))
                .map(command -> command.replaceAll("^psql -c \"|\"$", ""))
                .findFirst()
                .orElseThrow();
        try (Connection later = Scene.otherSession(scene.target, "later");
                Connection operator = Scene.otherSession(scene.target, "operator");
                var terminated = operator.createStatement()
                        .executeQuery(sql.replace("pid = " + pid, "pid = " + Scene.pidOf(later)))) {
            assertThat(terminated.next()).isFalse();
            assertThat(later.isValid(5)).isTrue();
        }
    }

    @Test
    void slowSql() {
        try (Scene scene = new Scene(MigratedDatabase.fresh())) {
            scene.callers(
                    4,
                    "GET /api/roles",
                    handle -> handle.createQuery("/* test.sleep */ select pg_sleep(:time)")
                            .bind("time", 20)
                            .mapTo(String.class)
                            .list());

            Diagnosis diagnosis = scene.await(Verdict.SLOW_SQL, 3);

            assertThat(diagnosis.situation()).isEqualTo(Situation.EXHAUSTED);
            assertThat(diagnosis.sentence())
                    .matches(
                            "3 of 3 connections in use for up to .+ s, 1 request waiting: 3 run slow SQL, the longest has run"
                                    + " test.sleep for .+ s \\(wait event Timeout PgSleep.*\\)");
            assertThat(diagnosis.steps())
                    .extracting(Recommendation::command)
                    .anyMatch(command -> command.contains("pg_cancel_backend"));
            scene.terminateAll();
        }
    }

    @Test
    void aConnectionStorm() throws Exception {
        try (Scene scene = new Scene(MigratedDatabase.fresh())) {
            AtomicBoolean done = new AtomicBoolean();
            List<Thread> clients = Stream.generate(() -> new Thread(() -> connectRepeatedly(scene, done)))
                    .limit(4)
                    .toList();
            clients.forEach(Thread::start);
            Diagnosis diagnosis;
            try {
                diagnosis = scene.await(seen -> seen.sentence().contains("of those seen by billing"));
            } finally {
                done.set(true);
                for (Thread client : clients) {
                    client.join();
                }
            }

            assertThat(diagnosis.situation()).isEqualTo(Situation.WELL);
            assertThat(diagnosis.sentence()).containsPattern("connection storm: \\d+ new connections per second");
            String command = diagnosis.steps().get(0).command();
            try (Connection psql = Scene.otherSession(scene.target, "psql")) {
                Scene.run(psql, command.substring(command.indexOf('"') + 1, command.length() - 1));
            }
            scene.await(seen -> !seen.sentence().contains("storm"));
        }
    }

    private static void connectRepeatedly(Scene scene, AtomicBoolean done) {
        while (!done.get()) {
            try (Connection session = Scene.otherSession(scene.target, "billing")) {
                Scene.run(session, "select pg_sleep(0.05)");
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Test
    void slowSqlAfterRefusals() {
        PoolSettings impatient = Scene.SMALL.with(draft -> draft.poolTimeout = Duration.ofMillis(1_500));
        try (Scene scene = new Scene(MigratedDatabase.fresh(), impatient)) {
            scene.callers(3, "GET /api/roles", VerdictsTest::sleep);
            await().until(() -> scene.isOut(3));
            Diagnosis unwanted = scene.await(diagnosis -> heldForAtLeast(diagnosis, Duration.ofMillis(1_100)));
            Instant now = Instant.now();
            QueueSnapshot queue = new QueueSnapshot(
                    List.of(new WaiterView(
                            "GET /api/roles", "tenant", RequestIds.NONE, now.minusSeconds(1), now, Duration.ZERO)),
                    Duration.ofSeconds(1));

            assertThat(unwanted.verdicts()).containsEntry(Verdict.WORKING, 3);
            assertThat(scene.diagnostics.last(queue).verdicts()).containsEntry(Verdict.SLOW_SQL, 3);

            assertThat(scene.call("GET /api/roles", VerdictsTest::sleep)
                            .toCompletableFuture()
                            .join())
                    .isEqualTo("failed");
            Diagnosis after = scene.diagnostics.current(Duration.ZERO);
            assertThat(after.waiters()).isEmpty();
            assertThat(after.verdicts()).containsEntry(Verdict.SLOW_SQL, 3);
            assertThat(after.situation()).isEqualTo(Situation.EXHAUSTED);
            scene.terminateAll();
        }
    }

    @Test
    void anOpenTransaction() {
        try (Scene scene = new Scene(MigratedDatabase.fresh())) {
            scene.callers(4, "POST /api/role/{role}", handle -> {
                handle.begin();
                count(handle, "auth_group");
                return scene.holdUntilTheEnd(handle);
            });

            Diagnosis diagnosis = scene.await(Verdict.IDLE_IN_TRANSACTION, 3);

            assertThat(diagnosis.sentence())
                    .startsWith("3 of 3 connections in use for up to ")
                    .contains("1 request waiting: 3 are idle in transaction; the longest has been idle")
                    .contains("Scene.holdUntilTheEnd(Scene.java:")
                    .endsWith("(POST /api/role/{role})");
        }
    }

    @Test
    void connectionsHeldWithoutSql() {
        try (Scene scene = new Scene(MigratedDatabase.fresh())) {
            scene.callers(4, "GET /api/roles", handle -> {
                count(handle, "auth_group");
                return scene.holdUntilTheEnd(handle);
            });

            Diagnosis diagnosis = scene.await(Verdict.APP_HOLDING, 3);

            assertThat(diagnosis.sentence())
                    .contains("3 are held by the application without running SQL; the longest has been held");
            Holder holder = diagnosis.holders().get(0);
            assertThat(holder.applicationFrame()).startsWith("app.rodmena.auth.diagnosis.Scene.holdUntilTheEnd");
            assertThat(holder.stack()).isNotEmpty();
            // The first checkout of each connection is recorded
            assertThat(holder.checkoutStack()).anyMatch(line -> line.contains("app.rodmena.auth.pool.BatchQueue.run"));
            assertThat(holder.lastSql()).contains("count(*)");
        }
    }

    @Test
    void aLeak() {
        PoolSettings settings = Scene.SMALL.with(draft -> draft.leakThreshold = Duration.ofSeconds(2));
        try (Scene scene = new Scene(MigratedDatabase.fresh(), settings)) {
            scene.callers(3, "GET /api/roles", scene::holdUntilTheEnd);

            Diagnosis diagnosis = scene.await(Verdict.LEAK, 3);

            assertThat(diagnosis.situation()).isEqualTo(Situation.EXHAUSTED);
            assertThat(diagnosis.sentence())
                    .contains("no requests waiting: 3 are suspected leaks: the longest has been held for")
                    .contains("Scene.holdUntilTheEnd(Scene.java:");
        }
    }

    private static Holder holder(Diagnosis diagnosis, Verdict verdict) {
        return diagnosis.holders().stream()
                .filter(holder -> holder.verdict() == verdict)
                .findFirst()
                .orElseThrow();
    }

    private static Object count(Handle handle, String table) {
        return handle.createQuery("/* test.count */ select count(*) from " + table)
                .mapTo(Integer.class)
                .one();
    }

    private static boolean heldForAtLeast(Diagnosis diagnosis, Duration time) {
        return diagnosis.holders().size() == 3
                && diagnosis.holders().stream()
                        .allMatch(holder -> holder.heldFor().compareTo(time) >= 0);
    }

    private static Object sleep(Handle handle) {
        return handle.createQuery("/* test.sleep */ select pg_sleep(20)")
                .mapTo(String.class)
                .list();
    }
}
