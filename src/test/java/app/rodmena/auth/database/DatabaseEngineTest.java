package app.rodmena.auth.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.database.DatabaseFailure.Reason;
import app.rodmena.auth.database.StatementExecution.StatementListener;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.pool.PrePing;
import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.testing.MigratedDatabase;
import app.rodmena.auth.testing.ReadyEngine;
import app.rodmena.auth.testing.TestPostgres;
import app.rodmena.auth.testing.TestProxy;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;

class DatabaseEngineTest {
    private static final CallContext CALLER = CallContext.named("test");

    @Test
    void answersOnceTheDatabaseIsPrepared() {
        try (DatabaseEngine engine = ready(TestPostgres.freshDatabase())) {
            assertThat(query(engine)).isZero();
            assertThat(engine.pool().snapshot().checkedOut()).isZero();
            assertThat(engine.availability().ready()).isTrue();
        }
    }

    @Test
    void aSilentServerIsAnOutageUntilItAnswers() {
        PoolSettings pinging = PoolSettings.DEFAULT.withSize(2, 0).with(draft -> draft.prePing = PrePing.ALWAYS);
        try (TestProxy proxy = new TestProxy(TestPostgres.freshDatabase());
                DatabaseEngine engine = ReadyEngine.open(new DatabaseConfig(proxy.target(), pinging, "silent"))) {
            assertThat(query(engine)).isZero();

            proxy.freeze();
            long started = System.nanoTime();
            List<CompletionStage<Integer>> callers = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                callers.add(engine.call(CALLER, DatabaseEngineTest::count));
            }
            callers.forEach(caller -> assertReason(caller, Reason.DATABASE_DOWN));
            assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(20));
            long later = System.nanoTime();
            assertReason(engine.call(CALLER, DatabaseEngineTest::count), Reason.DATABASE_DOWN);
            assertThat(Duration.ofNanos(System.nanoTime() - later)).isLessThan(Duration.ofSeconds(5));

            proxy.thaw();
            await().until(() -> isAnswered(engine));
        }
    }

    @Test
    void startsWithoutADatabaseAndBecomesReadyWhenItAnswers() throws Exception {
        try (TestProxy server = new TestProxy(TestPostgres.freshDatabase())) {
            server.stop();
            try (DatabaseEngine engine = new DatabaseEngine(config(server.target()))) {
                assertThatThrownBy(engine::awaitFirstAttempt).isInstanceOf(DatabaseFailure.class);
                assertThat(engine.availability().reachable()).isFalse();
                assertReason(engine.call(CALLER, handle -> 1), Reason.NOT_PREPARED);

                server.start();

                await().until(() -> engine.availability().ready());
                assertThat(query(engine)).isZero();
            }
        }
    }

    @Test
    void detectsTheEndAndTheReturnOfTheDatabaseWithinTwoSeconds() throws Exception {
        try (TestProxy server = new TestProxy(TestPostgres.freshDatabase())) {
            try (DatabaseEngine engine = ready(server.target())) {
                assertThat(query(engine)).isZero();
                server.stop();
                // An answer is valid for two seconds. The rest is tolerance for a busy machine.
                await().atMost(Duration.ofSeconds(10))
                        .until(() -> !engine.availability().reachable());
                assertThat(engine.availability().problem()).isNotEmpty();
                assertReason(engine.call(CALLER, DatabaseEngineTest::count), Reason.DATABASE_DOWN);

                server.start();
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> engine.availability().ready());
                await().atMost(Duration.ofSeconds(20))
                        .ignoreExceptions()
                        .until(() -> join(engine.call(CALLER, DatabaseEngineTest::count)) == 0);
            }
        }
    }

    @Test
    void distinguishesAStatementTimeoutFromAnError() {
        PoolSettings shortStatementTimeout =
                PoolSettings.DEFAULT.withSize(1, 0).with(draft -> draft.statementTimeout = Duration.ofMillis(100));
        try (DatabaseEngine engine = new DatabaseEngine(
                new DatabaseConfig(TestPostgres.freshDatabase(), shortStatementTimeout, "shortStatementTimeout"))) {
            engine.awaitFirstAttempt();
            assertReason(engine.call(CALLER, handle -> handle.execute("select pg_sleep(5)")), Reason.STATEMENT_TIMEOUT);
            assertThatThrownBy(() -> join(engine.call(CALLER, handle -> handle.execute("selekt"))))
                    .isNotInstanceOf(DatabaseFailure.class)
                    .hasMessageContaining("syntax error");
        }
    }

    @Test
    void limitsSetInPostgresAreDatabaseFailures() throws Exception {
        DatabaseTarget target = MigratedDatabase.fresh();
        try (Connection locker = TestPostgres.connect(target);
                var statement = locker.createStatement()) {
            String database = locker.getCatalog();
            statement.execute("alter database %s set lock_timeout = '100ms'".formatted(database));
            statement.execute("alter database %s set transaction_timeout = '2s'".formatted(database));
            try (DatabaseEngine engine = ready(target)) {
                statement.execute("begin; lock table auth_group");
                assertReason(engine.call(CALLER, DatabaseEngineTest::count), Reason.DATABASE_TROUBLE);
                statement.execute("rollback");

                assertReason(engine.call(CALLER, handle -> handle.execute("select pg_sleep(9)")), Reason.DATABASE_DOWN);
                assertThat(query(engine)).isZero();
            }
        }
    }

    @Test
    void aThrowingListenerFailsNoStatementAndNamesContainNoKey() {
        List<String> heard = new ArrayList<>();
        StatementListener broken = run -> {
            throw new StackOverflowError();
        };
        StatementListener listener = run -> heard.add(run.name());
        try (DatabaseEngine engine = ready(TestPostgres.freshDatabase())) {
            engine.add(broken);
            engine.add(listener);
            for (String comment : List.of("/* test.ask */", "/* */", "/* tenant=0b8e1b1e */")) {
                CompletionStage<Integer> answer = engine.call(
                        CALLER,
                        handle -> handle.createQuery(comment + " select 1")
                                .mapTo(Integer.class)
                                .one());
                assertThat(join(answer)).isEqualTo(1);
            }
            assertThat(heard).containsExactly("test.ask", "unnamed", "unnamed");
            assertThat(engine.events().listenerFailures()).isEqualTo(3);
        }
    }

    @Test
    void keepsClientKeysOutOfExceptions() {
        String key = "0b8e1b1e-5a7e-4c0e-9d5c-2a7e1b1e5a7e";
        try (DatabaseEngine engine = ready(TestPostgres.freshDatabase())) {
            CompletionStage<Integer> twice = engine.call(CALLER, handle -> {
                String insert = "insert into auth_group (creator, role) values (:creator, 'r')";
                handle.createUpdate(insert).bind("creator", key).execute();
                return handle.createUpdate(insert).bind("creator", key).execute();
            });
            assertThatThrownBy(() -> join(twice))
                    .hasStackTraceContaining("duplicate key")
                    .satisfies(failure -> {
                        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
                            assertThat(cause.toString()).doesNotContain(key);
                        }
                    });
        }
    }

    @Test
    void hasTheDocumentedNamesInPostgres() throws Exception {
        DatabaseTarget target = TestPostgres.freshDatabase();
        try (DatabaseEngine engine = ready(target);
                var outside = TestPostgres.superuser()) {
            assertThat(query(engine)).isZero();
            try (var names = outside.createStatement().executeQuery("""
                            select string_agg(application_name, ' ' order by application_name) from pg_stat_activity
                            where application_name like 'auth/engine-test%'
                            """)) {
                names.next();
                assertThat(names.getString(1)).isEqualTo("auth/engine-test auth/engine-test/5+5");
            }
        }
    }

    private static DatabaseEngine ready(DatabaseTarget target) {
        return ReadyEngine.open(config(target));
    }

    private static DatabaseConfig config(DatabaseTarget target) {
        return new DatabaseConfig(target, PoolSettings.DEFAULT, "engine-test");
    }

    private static int query(DatabaseEngine engine) {
        return join(engine.call(CALLER, DatabaseEngineTest::count));
    }

    private static boolean isAnswered(DatabaseEngine engine) {
        return engine.call(CALLER, DatabaseEngineTest::count)
                .handle((answer, failure) -> failure == null)
                .toCompletableFuture()
                .join();
    }

    private static int count(Handle handle) {
        return handle.createQuery("select count(*) from auth_group")
                .mapTo(Integer.class)
                .one();
    }

    private static void assertReason(CompletionStage<?> answer, Reason reason) {
        assertThatThrownBy(() -> join(answer))
                .isInstanceOfSatisfying(
                        DatabaseFailure.class,
                        failure -> assertThat(failure.reason()).isEqualTo(reason));
    }

    /** The result, or the failure. */
    private static <T> T join(CompletionStage<T> answer) {
        try {
            return answer.toCompletableFuture().join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw e;
        }
    }
}
