package app.rodmena.auth.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.database.DatabaseFailure.Reason;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.pool.event.PoolEventKind;
import app.rodmena.auth.testing.LogOf;
import app.rodmena.auth.testing.MigratedDatabase;
import app.rodmena.auth.testing.ReadyEngine;
import app.rodmena.auth.testing.TestPostgres;
import java.sql.Connection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Batches on a real database: each failure reaches the right caller. */
class BatchQueryTest {
    private static final CallContext CALLER = CallContext.named("test");

    /** Divides 100 by the input; fails for 0. */
    private static final BatchQuery<Integer, Integer> SHARE = new BatchQuery<>() {
        @Override
        public int maxBatchSize() {
            return 100;
        }

        @Override
        public Integer execute(Handle handle, Integer input) {
            return handle.createQuery("/* test.share */ select 100 / :by")
                    .bind("by", input)
                    .mapTo(Integer.class)
                    .one();
        }

        @Override
        public List<Integer> executeBatch(Handle handle, List<Integer> inputs) {
            return handle.createQuery("""
                            /* test.share_together */
                            select 100 / n from unnest(:all) with ordinality input (n, ordinal) order by ordinal
                            """)
                    .bindArray("all", Integer.class, inputs.toArray())
                    .mapTo(Integer.class)
                    .list();
        }
    };

    private static DatabaseEngine engine;

    @BeforeAll
    static void open() {
        engine = ReadyEngine.open(
                new DatabaseConfig(MigratedDatabase.fresh(), PoolSettings.DEFAULT.withSize(2, 0), "inquiry-test"));
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    @Test
    void eachCallerOfABatchGetsItsOwnResult() {
        long before = checkouts();
        List<CompletableFuture<Integer>> answers =
                batch(SHARE, IntStream.rangeClosed(1, 50).boxed().toList());
        for (int i = 1; i <= 50; i++) {
            assertThat(answers.get(i - 1).join()).isEqualTo(100 / i);
        }
        assertThat(checkouts() - before).isEqualTo(1);
    }

    @Test
    void aFailingQueryFailsAlone() {
        try (LogOf log = LogOf.logger("auth.database")) {
            List<CompletableFuture<Integer>> answers = batch(SHARE, List.of(1, 2, 0, 4, 0));

            assertThat(answers.get(0).join()).isEqualTo(100);
            assertThat(answers.get(1).join()).isEqualTo(50);
            assertThat(answers.get(3).join()).isEqualTo(25);
            for (int poisoned : List.of(2, 4)) {
                assertThat(catchThrowable(() -> answers.get(poisoned).get()))
                        .hasStackTraceContaining("division by zero")
                        .satisfies(failure -> assertThat(failure.getCause()).isNotInstanceOf(DatabaseFailure.class));
            }
            assertThat(log.lines())
                    .filteredOn(line -> line.contains("so each is run alone"))
                    .singleElement()
                    .asString()
                    .contains("5 requests");
        }
    }

    @Test
    void aDatabaseFailureFailsTheWholeBatchAndIsLoggedOnce() throws Exception {
        try (LogOf log = LogOf.logger("auth.database")) {
            List<CompletableFuture<Integer>> answers = batch(sleeping("10"), List.of(1, 2, 3));
            terminateSleeper();

            assertThat(answers)
                    .allSatisfy(answer -> assertThat(reasonOf(answer)).isEqualTo(Reason.DATABASE_DOWN));
            assertThat(log.lines())
                    .filteredOn(line -> line.contains("terminating connection"))
                    .hasSizeLessThanOrEqualTo(1); // none if another test has logged the same just before
        }
        assertThat(batch(SHARE, List.of(1, 2)).get(1).join()).isEqualTo(50);
    }

    @Test
    void aDatabaseFailureDuringSingleRunsFailsTheRemainingQueries() throws Exception {
        int before = lostConnections();
        List<CompletableFuture<Integer>> answers = batch(
                new Sleeping("10") {
                    @Override
                    public List<Integer> executeBatch(Handle handle, List<Integer> inputs) {
                        throw new IllegalStateException("not together");
                    }

                    @Override
                    public Integer execute(Handle handle, Integer input) {
                        return input == 2 ? super.execute(handle, input) : input;
                    }
                },
                List.of(1, 2, 3, 4));
        terminateSleeper();

        assertThat(answers.get(0).join()).isEqualTo(1);
        assertThat(answers.subList(1, 4))
                .allSatisfy(answer -> assertThat(reasonOf(answer)).isEqualTo(Reason.DATABASE_DOWN));
        assertThat(lostConnections() - before).isEqualTo(3);
    }

    private static int lostConnections() {
        return engine.recentFailures().recent().stream()
                .filter(recent -> recent.kind() == FailureKind.CONNECTION_LOST)
                .mapToInt(RecentFailures.FailureGroup::count)
                .sum();
    }

    @Test
    void tooFewResultsFailTheBatch() {
        List<CompletableFuture<Integer>> answers = batch(
                new Sleeping("0") {
                    @Override
                    public List<Integer> executeBatch(Handle handle, List<Integer> inputs) {
                        return List.of(-1);
                    }

                    @Override
                    public Integer execute(Handle handle, Integer input) {
                        return input;
                    }
                },
                List.of(1, 2, 3));

        assertThat(answers.stream().map(CompletableFuture::join)).containsExactly(1, 2, 3);
    }

    @Test
    void aListOfInputsOfOneCallerIsOneStatement() {
        long before = checkouts();

        assertThat(engine.submitAll(CALLER, SHARE, List.of(1, 2, 4))
                        .toCompletableFuture()
                        .join())
                .containsExactly(100, 50, 25);
        assertThat(checkouts() - before).isEqualTo(1);
    }

    /** Suspends the pool until all wait, so that they form one batch. */
    private static <A> List<CompletableFuture<A>> batch(BatchQuery<Integer, A> query, List<Integer> inputs) {
        engine.pool().suspend();
        List<CompletableFuture<A>> asked = inputs.stream()
                .map(input -> engine.submit(CALLER, query, input).toCompletableFuture())
                .toList();
        engine.pool().resume();
        return asked;
    }

    private static Sleeping sleeping(String seconds) {
        return new Sleeping(seconds);
    }

    private static void terminateSleeper() throws Exception {
        try (Connection outside = TestPostgres.superuser();
                var terminate = outside.prepareStatement("""
                        select pg_terminate_backend(pid, 5000) from pg_stat_activity
                        where application_name = 'auth/inquiry-test' and query like '%pg_sleep%' and state = 'active'
                        """)) {
            await().until(() -> terminate.executeQuery().next());
        }
    }

    private static Reason reasonOf(CompletableFuture<?> failed) {
        return ((DatabaseFailure) catchThrowable(failed::get).getCause()).reason();
    }

    private static long checkouts() {
        return engine.events().count(PoolEventKind.CHECKOUT);
    }

    /** Sleeps, then returns the input. */
    private static class Sleeping implements BatchQuery<Integer, Integer> {
        private final String seconds;

        Sleeping(String seconds) {
            this.seconds = seconds;
        }

        @Override
        public int maxBatchSize() {
            return 100;
        }

        @Override
        public Integer execute(Handle handle, Integer input) {
            sleep(handle);
            return input;
        }

        @Override
        public List<Integer> executeBatch(Handle handle, List<Integer> inputs) {
            sleep(handle);
            return inputs;
        }

        private void sleep(Handle handle) {
            handle.createQuery("/* test.sleep */ select pg_sleep(:seconds::float8)::text")
                    .bind("seconds", seconds)
                    .mapTo(String.class)
                    .list();
        }
    }
}
