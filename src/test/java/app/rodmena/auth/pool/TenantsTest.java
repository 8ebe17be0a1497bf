package app.rodmena.auth.pool;

import static app.rodmena.auth.pool.event.PoolEventKind.DISPLACED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.pool.event.Cancellation;
import app.rodmena.auth.pool.event.RefusalReason;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tenants that share the queue, and callers that stop waiting. */
class TenantsTest {
    private static final PoolSettings ONE = PoolSettings.DEFAULT.withSize(1, 0);

    private record Tenant(String get) implements Supplier<String> {}

    @Test
    void tenantsTakeTurnsAndEachIsServedInItsOwnOrder() throws Exception {
        try (TestPool test = TestPool.timed(ONE)) {
            List<String> served = Collections.synchronizedList(new ArrayList<>());
            Lease all = test.checkout();
            for (String caller : List.of("a1", "a2", "a3", "a4", "b1", "c1", "b2")) {
                come(test, caller, served);
            }
            assertThat(test.pool.waiters())
                    .extracting(WaiterView::route)
                    .containsExactly("a1", "b1", "c1", "a2", "b2", "a3", "a4");
            assertThat(test.pool.admissionQueue.tenants()).isEqualTo(3);
            all.close();
            await().until(() -> served.size() == 7);
            assertThat(served).containsExactly("a1", "b1", "c1", "a2", "b2", "a3", "a4");
            assertThat(test.pool.admissionQueue.tenants()).isZero();
        }
    }

    @Test
    void aTenantWithSlowStatementsGetsFewerOfThem() throws Exception {
        try (TestPool test = TestPool.timed(ONE)) {
            Lease all = test.checkout();
            Semaphore go = new Semaphore(0);
            List<String> served = Collections.synchronizedList(new ArrayList<>());
            for (String caller : List.of("slow1", "slow2")) {
                var slow = test.pool.call(caller(caller), connection -> {
                    served.add(caller);
                    go.acquireUninterruptibly();
                    return null;
                });
                assertThat(slow.toCompletableFuture()).isNotDone();
            }
            come(test, "slow3", served);
            all.close();
            await().until(() -> served.size() == 1);
            test.clock.advance(Duration.ofMillis(500));
            go.release();
            await().until(() -> served.size() == 2);
            for (String caller : List.of("slow4", "quick1", "quick2", "quick3")) {
                come(test, caller, served);
            }
            go.release();
            await().until(() -> served.size() == 7);
            assertThat(served).containsExactly("slow1", "slow2", "quick1", "slow3", "quick2", "quick3", "slow4");
        }
    }

    @Test
    void batchesAreFilledInTurnsAndATenantWithLongResultsIsNotInThem() throws Exception {
        try (TestPool test = TestPool.timed(PoolSettings.DEFAULT.with(draft -> draft.batchSlots = 1))) {
            List<List<String>> batches = Collections.synchronizedList(new ArrayList<>());
            Semaphore go = new Semaphore(0);
            BatchQueue<String, List<Integer>> lists = new BatchQueue<>(3, (caller, connection, inputs) -> {
                batches.add(inputs);
                go.acquireUninterruptibly();
                test.clock.advance(Duration.ofMillis(1));
                return inputs.stream()
                        .map(input -> BatchQueue.BatchResult.of(
                                Collections.nCopies(input.startsWith("long") ? AdmissionQueue.LONG_ROWS : 1, 1)))
                        .toList();
            });
            var answers = IntStream.range(0, 6)
                    .mapToObj(i -> test.pool.call(lists, caller("long" + i), "long" + i))
                    .toList();
            List<CompletableFuture<?>> others = new ArrayList<>();
            await().until(() -> batches.size() == 1);
            for (String input : List.of("b1", "c1", "b2")) {
                others.add(test.pool.call(lists, caller(input), input).toCompletableFuture());
            }
            go.release();
            await().until(() -> batches.size() == 2);
            go.release(20);
            for (var answer : answers) {
                assertThat(answer.toCompletableFuture().get()).hasSize(AdmissionQueue.LONG_ROWS);
            }
            CompletableFuture.allOf(others.toArray(CompletableFuture[]::new)).join();
            assertThat(batches.subList(2, batches.size()))
                    .as("all batches after the first long results: %s", batches)
                    .filteredOn(batch -> batch.stream().anyMatch(input -> input.startsWith("long")))
                    .allSatisfy(batch -> assertThat(batch).hasSize(1));
        }
    }

    @Test
    void aFullQueueMakesRoomForATenantWithFewerCallers() throws Exception {
        try (TestPool test = TestPool.with(ONE.with(draft -> draft.maxWaiting = 3))) {
            List<String> served = Collections.synchronizedList(new ArrayList<>());
            Lease all = test.checkout();
            come(test, "a1", served);
            come(test, "a2", served);
            var newest = call(test, "a3", served);
            var b1 = call(test, "b1", served);
            assertThat(reasonOf(newest)).isEqualTo(RefusalReason.DISPLACED);
            assertThat(test.last(DISPLACED).caller().route()).isEqualTo("a3");
            assertThat(reasonOf(call(test, "a4", served))).isEqualTo(RefusalReason.REJECTED);
            assertThat(reasonOf(call(test, "b2", served))).as("as many as a").isEqualTo(RefusalReason.REJECTED);
            assertThat(test.pool.snapshot().waiting()).isEqualTo(3);
            all.close();
            assertThat(b1.get()).isNull();
            await().until(() -> served.size() == 3);
        }
    }

    @Test
    void requestsThatWereNotServedDoNotCountAgainstTheirTenant() throws Exception {
        try (TestPool test = TestPool.timed(ONE)) {
            List<String> served = Collections.synchronizedList(new ArrayList<>());
            Lease all = test.checkout();
            come(test, "a1", served);
            for (String caller : List.of("a2", "a3", "a4", "a5")) {
                assertThat(call(test, caller, served).cancel(false)).isTrue();
            }
            for (String caller : List.of("b1", "b2", "b3", "a6")) {
                come(test, caller, served);
            }
            all.close();
            await().until(() -> served.size() == 5);
            assertThat(served).containsExactly("a1", "b1", "b2", "a6", "b3");
        }
    }

    @Test
    void aWaitThatPoolTimeoutEndsIsATimeoutAlsoIfTheCallerHasALaterDeadline() throws Exception {
        try (TestPool test = TestPool.timed(ONE.with(draft -> draft.poolTimeout = Duration.ofSeconds(1)))) {
            Lease all = test.checkout();
            var late = test.pool
                    .call(caller("a1").until(new Cancellation(test.clock.getAsLong() + 5_000_000_000L)), c -> null)
                    .toCompletableFuture();
            test.clock.advance(Duration.ofSeconds(1));
            test.pool.tick();
            assertThat(reasonOf(late)).isEqualTo(RefusalReason.TIMEOUT);
            assertThat(test.pool.outcomes().timeouts()).isEqualTo(1);
            assertThat(test.pool.outcomes().deadlines()).isZero();
            all.close();
        }
    }

    @Test
    void aCancelledCallDoesNotRemoveTheCancellationOfTheNextOne() throws Exception {
        try (TestPool test = TestPool.with(ONE)) {
            Lease all = test.checkout();
            Cancellation cancellation = new Cancellation();
            CallContext caller = caller("a1").until(cancellation);
            CompletableFuture<CompletableFuture<Object>> next = new CompletableFuture<>();
            var first = test.pool.call(caller, connection -> null).toCompletableFuture();
            var unused = first.whenComplete((value, failure) ->
                    next.complete(test.pool.call(caller, connection -> null).toCompletableFuture()));
            first.cancel(false);
            assertThat(next.get()).isNotDone();
            cancellation.cancel();
            assertThat(next.get()).isCancelled();
            assertThat(test.pool.snapshot().waiting()).isZero();
            all.close();
        }
    }

    @Test
    void aMillionTenantsLeaveNothingBehind() throws Exception {
        try (TestPool test = TestPool.with(ONE.with(draft -> draft.maxWaiting = 100))) {
            Lease all = test.checkout();
            for (int i = 0; i < 10_000; i++) {
                assertThat(call(test, "x" + i, "tenant " + i, new ArrayList<>()))
                        .isNotCancelled();
            }
            assertThat(test.pool.admissionQueue.tenants()).isEqualTo(100);
            all.close();
            await().until(() -> test.pool.admissionQueue.tenants() == 0);
        }
    }

    @Test
    void whatIsPastItsDeadlineIsNeverStarted() throws Exception {
        try (TestPool test = TestPool.timed(ONE)) {
            Lease all = test.checkout();
            List<String> served = Collections.synchronizedList(new ArrayList<>());
            CallContext shortDeadline =
                    caller("shortDeadline").until(new Cancellation(test.clock.getAsLong() + 200_000_000));
            var late = test.pool
                    .call(shortDeadline, connection -> served.add("shortDeadline"))
                    .toCompletableFuture();
            var patient = call(test, "patient", served);
            test.clock.advance(Duration.ofMillis(200));
            test.pool.tick();
            assertThat(reasonOf(late)).isEqualTo(RefusalReason.DEADLINE);
            all.close();
            assertThat(patient.get()).isNull();
            assertThat(served).containsExactly("patient");
        }
    }

    @Test
    void aStatementPastItsDeadlineIsCancelledInPostgresAndItsConnectionStays() throws Exception {
        try (TestPool test = TestPool.with(ONE)) {
            Cancellation deadline = new Cancellation(System.nanoTime() + 200_000_000);
            CountDownLatch ended = new CountDownLatch(1);
            var late = test.pool
                    .call(caller("late").until(deadline), connection -> sleep(connection, ended))
                    .toCompletableFuture();
            assertThat(reasonOf(late)).isEqualTo(RefusalReason.DEADLINE);
            ended.await();
            int id;
            try (Lease next = test.checkout()) {
                id = next.physical.id;
                next.connection.createStatement().execute("select 1");
            }
            assertThat(id).isEqualTo(1);
        }
    }

    @Test
    void aCancelledStatementEndsAndABatchRunsWhileOneMemberWantsIt() throws Exception {
        try (TestPool test = TestPool.with(ONE.with(draft -> draft.batchSlots = 1))) {
            List<List<String>> batches = Collections.synchronizedList(new ArrayList<>());
            CountDownLatch ended = new CountDownLatch(2);
            BatchQueue<String, Object> sleeping = new BatchQueue<>(10, (caller, connection, inputs) -> {
                batches.add(inputs);
                sleep(connection, ended);
                throw new IllegalStateException("it was not cancelled");
            });
            var first = test.pool.call(sleeping, caller("a"), "a").toCompletableFuture();
            await().until(() -> batches.size() == 1);
            Cancellation cancellation = new Cancellation();
            var b = test.pool
                    .call(sleeping, caller("b").until(cancellation), "b")
                    .toCompletableFuture();
            var c = test.pool.call(sleeping, caller("c"), "c").toCompletableFuture();
            assertThat(first.cancel(false)).isTrue();
            await().until(() -> batches.size() == 2);
            assertThat(batches.get(1)).containsExactly("b", "c");
            cancellation.cancel();
            assertThat(b).isCancelled();
            await().during(Duration.ofMillis(300)).until(() -> ended.getCount() == 1);
            c.cancel(false);
            ended.await();
            await().until(() -> test.pool.snapshot().checkedOut() == 0);
        }
    }

    @Test
    void aCallOfACallerThatHasLeftIsNotStarted() throws Exception {
        try (TestPool test = TestPool.with(ONE)) {
            List<String> served = Collections.synchronizedList(new ArrayList<>());
            Cancellation gone = new Cancellation();
            gone.cancel();
            var late = test.pool.call(caller("a").until(gone), connection -> served.add("a"));
            assertThat(late.toCompletableFuture()).isCancelled();
            assertThat(call(test, "b1", served).get()).isNull();
            assertThat(served).containsExactly("b1");
            assertThat(test.pool.outcomes().cancelled()).isEqualTo(1);
            assertThat(test.pool.outcomes().arrivals()).isEqualTo(2);
        }
    }

    @Test
    void anOverloadedPoolRefusesWhoWaitedLongAndServesTheNewestFirst() throws Exception {
        try (TestPool test = TestPool.timed(ONE.with(draft -> draft.shedTarget = Optional.of(Duration.ofMillis(10))))) {
            List<String> served = Collections.synchronizedList(new ArrayList<>());
            Semaphore go = new Semaphore(0);
            Lease all = test.checkout();
            var first = hold(test, "a1", go);
            var second = call(test, "a2", served);
            test.clock.advance(Duration.ofMillis(150));
            all.close();
            await().until(() -> test.pool.snapshot().waiting() == 1);
            test.clock.advance(Duration.ofMillis(100));
            var third = hold(test, "a3", go);
            go.release();
            assertThat(first.get()).isNull();
            var refusal = catchThrowableOfType(ExecutionException.class, second::get);
            assertThat(((NoConnectionException) refusal.getCause()).reason()).isEqualTo(RefusalReason.SHED);
            assertThat(((NoConnectionException) refusal.getCause()).retryAfterSeconds())
                    .isBetween(1, 30);
            for (String caller : List.of("a4", "a5", "a6")) {
                come(test, caller, served);
            }
            go.release();
            assertThat(third.get()).isNull();
            await().until(() -> served.size() == 3);
            assertThat(served).containsExactly("a6", "a5", "a4");
            assertThat(test.pool.outcomes().shed()).isEqualTo(1);
        }
    }

    @Test
    void aSuspendedPoolShedsNoCaller() throws Exception {
        try (TestPool test = TestPool.timed(ONE.with(draft -> draft.shedTarget = Optional.of(Duration.ofMillis(10))))) {
            Semaphore go = new Semaphore(0);
            Lease all = test.checkout();
            var first = hold(test, "a1", go);
            var second = hold(test, "a2", go);
            test.clock.advance(Duration.ofMillis(150));
            all.close();
            await().until(() -> test.pool.snapshot().waiting() == 1);
            test.clock.advance(Duration.ofMillis(100));
            test.pool.suspend();
            test.pool.tick();
            assertThat(second).isNotDone();
            test.pool.resume();
            assertThat(reasonOf(second)).isEqualTo(RefusalReason.SHED);
            go.release();
            assertThat(first.get()).isNull();
        }
    }

    @Test
    void withoutSheddingEveryCallerMayWait() throws Exception {
        try (TestPool test = TestPool.timed(ONE)) {
            List<String> served = Collections.synchronizedList(new ArrayList<>());
            Lease all = test.checkout();
            for (String caller : List.of("a1", "a2", "a3")) {
                come(test, caller, served);
                test.clock.advance(Duration.ofSeconds(5));
                test.pool.tick();
            }
            all.close();
            await().until(() -> served.size() == 3);
            assertThat(served).containsExactly("a1", "a2", "a3");
        }
    }

    private static CompletableFuture<Object> hold(TestPool test, String caller, Semaphore go) {
        return test.pool
                .call(caller(caller), connection -> {
                    go.acquireUninterruptibly();
                    return null;
                })
                .toCompletableFuture();
    }

    private static Object sleep(Connection connection, CountDownLatch ended) throws SQLException {
        try (var statement = connection.createStatement()) {
            return statement.execute("select pg_sleep(60)");
        } finally {
            ended.countDown();
        }
    }

    private static void come(TestPool test, String caller, List<String> served) {
        assertThat(call(test, caller, served)).isNotCancelled();
    }

    private static CompletableFuture<Object> call(TestPool test, String caller, List<String> served) {
        return call(test, caller, caller.substring(0, caller.length() - 1), served);
    }

    private static CompletableFuture<Object> call(TestPool test, String caller, String tenant, List<String> served) {
        return test.pool
                .call(new CallContext(caller, new Tenant(tenant)), connection -> {
                    served.add(caller);
                    return null;
                })
                .toCompletableFuture();
    }

    private static CallContext caller(String name) {
        return new CallContext(name, new Tenant(name.replaceAll("\\d+$", "")));
    }

    private static RefusalReason reasonOf(CompletableFuture<?> refused) {
        var failure = catchThrowableOfType(ExecutionException.class, refused::get);
        return ((NoConnectionException) failure.getCause()).reason();
    }
}
