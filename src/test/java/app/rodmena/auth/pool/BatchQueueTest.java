package app.rodmena.auth.pool;

import static app.rodmena.auth.pool.TestPool.CALLER;
import static app.rodmena.auth.pool.event.PoolEventKind.CANCELLED;
import static app.rodmena.auth.pool.event.PoolEventKind.CHECKIN;
import static app.rodmena.auth.pool.event.PoolEventKind.CHECKOUT;
import static app.rodmena.auth.pool.event.PoolEventKind.REJECTED;
import static app.rodmena.auth.pool.event.PoolEventKind.TIMEOUT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.pool.event.Cancellation;
import app.rodmena.auth.pool.event.PoolEvent;
import app.rodmena.auth.pool.event.RefusalReason;
import app.rodmena.auth.pool.event.RequestIds;
import app.rodmena.auth.testing.TestPostgres;
import app.rodmena.auth.testing.TestProxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Batches: which requests wait, which share a connection, and their results. */
class BatchQueueTest {
    private static final PoolSettings TWO_SLOTS = PoolSettings.DEFAULT.with(draft -> draft.batchSlots = 2);
    private static final PoolSettings ONE_SLOT = PoolSettings.DEFAULT.with(draft -> draft.batchSlots = 1);

    @Test
    void aSingleRequestRunsImmediately() throws Exception {
        try (TestPool test = TestPool.with(ONE_SLOT)) {
            HeldBatchQueue<Integer> held = new HeldBatchQueue<>(test, 10);
            for (int i = 0; i < 3; i++) {
                var answer = held.call(i);
                assertThat(held.nextBatch()).containsExactly(i);
                held.release();
                assertThat(answer.get()).isEqualTo("answer " + i);
            }
            assertThat(test.count(CHECKOUT)).isEqualTo(3);
            assertThat(test.sink.callersServed()).isEqualTo(3);
        }
    }

    @Test
    void waitingRequestsShareABatchUpToTheMaximum() throws Exception {
        try (TestPool test = TestPool.with(ONE_SLOT)) {
            HeldBatchQueue<Integer> held = new HeldBatchQueue<>(test, 4);
            List<CompletableFuture<String>> answers = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                answers.add(held.call(i));
            }
            assertThat(held.nextBatch()).containsExactly(0);
            assertThat(test.pool.snapshot().waiting()).isEqualTo(9);
            held.release();
            assertThat(held.nextBatch()).containsExactly(1, 2, 3, 4);
            held.release();
            assertThat(held.nextBatch()).containsExactly(5, 6, 7, 8);
            held.release();
            assertThat(held.nextBatch()).containsExactly(9);
            held.release();
            for (int i = 0; i < 10; i++) {
                assertThat(answers.get(i).get()).isEqualTo("answer " + i);
            }
            assertThat(test.count(CHECKOUT)).isEqualTo(4);
            assertThat(test.count(CHECKIN)).isEqualTo(4);
            assertThat(test.sink.callersServed()).isEqualTo(10);
        }
    }

    @Test
    void aBusyQueueWaitsForItsBatchAndDelaysNoOtherCaller() throws Exception {
        try (TestPool test = TestPool.timed(TWO_SLOTS)) {
            HeldBatchQueue<String> checks = new HeldBatchQueue<>(test, 10);
            HeldBatchQueue<String> lists = new HeldBatchQueue<>(test, 10);
            checks.submit("a");
            checks.submit("b");
            assertThat(checks.nextBatch()).hasSize(1);
            assertThat(checks.nextBatch()).hasSize(1);
            checks.submit("c", new CallContext("GET /c", () -> "f1"));
            test.clock.advance(Duration.ofSeconds(3));
            checks.submit("d", new CallContext("GET /d", () -> "f2"));

            assertThat(test.pool.snapshot().checkedOut()).isEqualTo(2);
            assertThat(test.pool.snapshot().waiting()).isEqualTo(2);
            assertThat(test.pool.view().oldestWait()).isEqualTo(Duration.ofSeconds(3));
            assertThat(test.pool.waiters()).extracting(WaiterView::route).containsExactly("GET /c", "GET /d");
            assertThat(test.pool.waiters()).extracting(WaiterView::tenant).containsExactly("f1", "f2");
            assertThat(Duration.between(
                            test.pool.waiters().get(0).deadline(),
                            test.pool.waiters().get(1).deadline()))
                    .isBetween(Duration.ofMillis(2_990), Duration.ofMillis(3_010));

            test.checkout().close();
            lists.submit("e");
            assertThat(lists.nextBatch()).containsExactly("e");
            lists.release();
            checks.release();
            assertThat(checks.nextBatch()).containsExactly("c", "d");
            checks.release();
            checks.release();
        }
    }

    @Test
    void permitsGoToTheOldestRequestOfAllQueues() throws Exception {
        try (TestPool test = TestPool.with(ONE_SLOT.withSize(1, 0))) {
            HeldBatchQueue<String> checks = new HeldBatchQueue<>(test, 10);
            HeldBatchQueue<String> lists = new HeldBatchQueue<>(test, 10);
            BlockingQueue<String> served = new LinkedBlockingQueue<>();
            Lease all = test.checkout();
            checks.submit("check 1");
            test.pool.call(CALLER, connection -> served.add("unbatched"));
            lists.submit("list 1");
            checks.submit("check 2");
            lists.submit("list 2");
            all.close();
            assertThat(checks.nextBatch()).containsExactly("check 1", "check 2");
            assertThat(served).isEmpty();
            checks.release();
            assertThat(served.take()).isEqualTo("unbatched");
            assertThat(lists.nextBatch()).containsExactly("list 1", "list 2");
            lists.release();
        }
    }

    @Test
    void everyRequestHasItsOwnDeadlineAndEvent() throws Exception {
        try (TestPool test = TestPool.timed(ONE_SLOT)) {
            HeldBatchQueue<String> held = new HeldBatchQueue<>(test, 10);
            held.submit("first");
            held.nextBatch();
            var early = held.call("early", CallContext.named("early"));
            test.clock.advance(Duration.ofSeconds(20));
            var late = held.call("late");
            test.clock.advance(Duration.ofSeconds(10));
            test.pool.tick();
            assertThat(reasonOf(early)).isEqualTo(RefusalReason.TIMEOUT);
            assertThat(test.last(TIMEOUT).caller().route()).isEqualTo("early");
            assertThat(test.last(TIMEOUT).took()).isEqualTo(Duration.ofSeconds(30));
            assertThat(late).isNotDone();
            held.release();
            assertThat(held.nextBatch()).containsExactly("late");
            held.release();
            assertThat(late.get()).isEqualTo("answer late");
        }
    }

    @Test
    void maxWaitingHoldsForAllQueuesTogether() throws Exception {
        try (TestPool test = TestPool.with(ONE_SLOT.with(draft -> draft.maxWaiting = 2))) {
            HeldBatchQueue<String> checks = new HeldBatchQueue<>(test, 10);
            HeldBatchQueue<String> lists = new HeldBatchQueue<>(test, 10);
            checks.submit("a");
            lists.submit("b");
            var waiting = checks.call("c");
            lists.submit("d");
            assertThat(reasonOf(checks.call("e"))).isEqualTo(RefusalReason.REJECTED);
            assertThat(test.count(REJECTED)).isEqualTo(1);
            test.checkout().close(); // A connection is free, so a caller outside the queue is admitted.
            checks.release();
            checks.release();
            lists.release();
            lists.release();
            assertThat(waiting.get()).isEqualTo("answer c");
            await().until(() -> test.sink.callersServed() == 5);
        }
    }

    @Test
    void aCancelledRequestLeavesTheQueueAndTheOthersStay() throws Exception {
        try (TestPool test = TestPool.with(ONE_SLOT)) {
            HeldBatchQueue<String> held = new HeldBatchQueue<>(test, 10);
            held.submit("a");
            held.nextBatch();
            var cancelled = held.call("b");
            var other = held.call("c");
            assertThat(cancelled.cancel(true)).isTrue();
            assertThat(test.pool.snapshot().waiting()).isEqualTo(1);
            assertThat(test.last(CANCELLED).cause()).isEqualTo("cancelled by the caller");
            held.release();
            assertThat(held.nextBatch()).containsExactly("c");
            held.release();
            assertThat(other.get()).isEqualTo("answer c");
            assertThat(catchThrowableOfType(CancellationException.class, cancelled::get))
                    .isNotNull();
        }
    }

    @Test
    void shutdownRefusesWaitingRequestsAndFinishesRunningBatches() throws Exception {
        try (TestPool test = TestPool.with(ONE_SLOT)) {
            HeldBatchQueue<String> held = new HeldBatchQueue<>(test, 10);
            var running = held.call("a");
            held.nextBatch();
            var waiting = held.call("b");
            CompletableFuture<Void> closed = CompletableFuture.runAsync(
                    () -> test.pool.close(Duration.ofSeconds(30)), task -> new Thread(task).start());
            assertThat(reasonOf(waiting)).isEqualTo(RefusalReason.CLOSED);
            assertThat(reasonOf(held.call("c"))).isEqualTo(RefusalReason.CLOSED);
            held.release();
            assertThat(running.get()).isEqualTo("answer a");
            closed.get();
        }
    }

    @Test
    void anExceptionFailsItsBatchOnly() throws Exception {
        try (TestPool test = TestPool.with(ONE_SLOT)) {
            HeldBatchQueue<String> held = new HeldBatchQueue<>(test, 10);
            held.submit("a");
            held.nextBatch();
            var failing = held.call("poison");
            var sameBatch = held.call("b");
            held.release();
            held.nextBatch();
            held.release();
            for (var failed : List.of(failing, sameBatch)) {
                assertThat(catchThrowableOfType(ExecutionException.class, failed::get))
                        .hasRootCauseMessage("poison");
            }
            var next = held.call("c");
            held.nextBatch();
            held.release();
            assertThat(next.get()).isEqualTo("answer c");
        }
    }

    @Test
    void tooFewResultsFailTheBatch() throws Exception {
        try (TestPool test = TestPool.with(ONE_SLOT)) {
            Semaphore proceed = new Semaphore(0);
            BatchQueue<String, String> queue = new BatchQueue<>(10, (caller, connection, inputs) -> {
                proceed.acquireUninterruptibly();
                return List.of(BatchQueue.BatchResult.of("one"));
            });
            var first = test.pool.call(queue, CALLER, "a").toCompletableFuture();
            var second = test.pool.call(queue, CALLER, "b").toCompletableFuture();
            var third = test.pool.call(queue, CALLER, "c").toCompletableFuture();
            proceed.release(2);
            assertThat(first.get()).isEqualTo("one");
            for (var failed : List.of(second, third)) {
                assertThat(catchThrowableOfType(ExecutionException.class, failed::get))
                        .hasRootCauseMessage("1 results for 2 requests");
            }
        }
    }

    @Test
    void aBatchEventHasTheFirstCallerAndTheNumberOfCallers() throws Exception {
        try (TestPool test = TestPool.timed(ONE_SLOT)) {
            HeldBatchQueue<String> held = new HeldBatchQueue<>(test, 10);
            CallContext first = new CallContext("GET /first", new Tenant("t1")).with(new RequestIds("r1", "trace"));
            held.submit("a");
            held.nextBatch();
            held.submit("b", first);
            test.clock.advance(Duration.ofSeconds(2));
            held.submit("c", new CallContext("GET /other", new Tenant("t1")).with(new RequestIds("r2", "trace")));
            held.release();
            held.nextBatch();
            PoolEvent checkout = test.last(CHECKOUT);
            assertThat(checkout.caller())
                    .isEqualTo(new CallContext("GET /first", new Tenant("t1"))
                            .batchOf(2)
                            .with(new RequestIds("r1,r2", "trace")));
            assertThat(checkout.took()).isEqualTo(Duration.ofSeconds(2));
            ConnectionView.Use use = test.pool.connections().get(0).use().orElseThrow();
            assertThat(use.route()).isEqualTo("GET /first");
            assertThat(use.tenant()).isEqualTo("t1");
            assertThat(use.callers()).isEqualTo(2);

            held.submit("d", first);
            held.submit("e", new CallContext("GET /first", new Tenant("t2")));
            held.release();
            held.nextBatch();
            assertThat(test.last(CHECKOUT).caller().tenant().get()).isEqualTo("several");
            held.release();
        }
    }

    @Test
    void batchingCanBeSwitchedOffAndOnAtRunTime() throws Exception {
        try (TestPool test = TestPool.with(ONE_SLOT)) {
            HeldBatchQueue<String> held = new HeldBatchQueue<>(test, 10);
            held.submit("a");
            held.nextBatch();
            held.submit("b");
            held.submit("c");
            test.pool.change(settings -> settings.with(draft -> draft.batchSlots = 0));
            assertThat(List.of(held.nextBatch(), held.nextBatch()))
                    .containsExactlyInAnyOrder(List.of("b"), List.of("c"));
            test.pool.change(settings -> settings.with(draft -> draft.batchSlots = 1));
            held.submit("d");
            held.submit("e");
            held.release();
            held.release();
            assertThat(test.pool.snapshot().waiting()).isEqualTo(2);
            held.release();
            assertThat(held.nextBatch()).containsExactly("d", "e");
            held.release();
        }
    }

    @Test
    void anExpiredRequestLeavesABatchThatWaitsForAConnection() throws Exception {
        try (TestProxy proxy = new TestProxy(TestPostgres.sharedDatabase());
                TestPool test = TestPool.timedAt(proxy.target(), ONE_SLOT.withSize(1, 0))) {
            HeldBatchQueue<String> held = new HeldBatchQueue<>(test, 10);
            Lease all = test.checkout();
            var patient = held.call("patient");
            test.pool.resize(ONE_SLOT.withSize(1, 0).with(draft -> draft.poolTimeout = Duration.ofSeconds(5)));
            var shortDeadline = held.call("shortDeadline");
            Cancellation deadline = new Cancellation(
                    test.clock.getAsLong() + Duration.ofSeconds(4).toNanos());
            var ownDeadline = held.call("ownDeadline", TestPool.CALLER.until(deadline));
            proxy.freeze();
            test.pool.softInvalidate();
            all.close();
            await().until(() -> test.pool.snapshot().waiting() == 0);
            test.clock.advance(Duration.ofSeconds(6));
            assertThat(reasonOf(shortDeadline)).isEqualTo(RefusalReason.TIMEOUT);
            assertThat(reasonOf(ownDeadline)).isEqualTo(RefusalReason.DEADLINE);
            assertThat(patient).isNotDone();
            proxy.thaw();
            assertThat(held.nextBatch()).containsExactly("patient");
            held.release();
            assertThat(patient.get()).isEqualTo("answer patient");
            assertThat(test.last(CHECKOUT).caller().count()).isEqualTo(1);
        }
    }

    @Test
    void anOutageRefusesEveryRequestOfTheQueue() throws Exception {
        try (TestProxy proxy = new TestProxy(TestPostgres.sharedDatabase());
                TestPool test = TestPool.at(proxy.target(), ONE_SLOT.withSize(1, 0))) {
            HeldBatchQueue<String> held = new HeldBatchQueue<>(test, 10);
            Lease all = test.checkout();
            List<CompletableFuture<String>> results = Stream.of("a", "b", "c")
                    .map(question -> held.call(question))
                    .toList();
            proxy.stop();
            test.pool.softInvalidate();
            all.close();
            assertThat(results)
                    .allSatisfy(answer -> assertThat(reasonOf(answer)).isEqualTo(RefusalReason.DATABASE_DOWN));
            assertThat(test.count(TIMEOUT)).isEqualTo(3);
        }
    }

    @Test
    void aThousandWaitingRequestsAreAnsweredInOrder() throws Exception {
        try (TestPool test = TestPool.with(ONE_SLOT)) {
            HeldBatchQueue<Integer> held = new HeldBatchQueue<>(test, 100);
            held.submit(-1);
            held.nextBatch();
            List<CompletableFuture<String>> answers =
                    IntStream.range(0, 1000).mapToObj(held::call).toList();
            held.release();
            List<Integer> seen = new ArrayList<>();
            while (seen.size() < 1000) {
                seen.addAll(held.nextBatch());
                held.release();
            }
            assertThat(seen)
                    .containsExactlyElementsOf(IntStream.range(0, 1000).boxed().toList());
            assertThat(answers.get(999).get()).isEqualTo("answer 999");
            assertThat(test.count(CHECKOUT)).isEqualTo(11);
        }
    }

    private record Tenant(String get) implements Supplier<String> {}

    private static RefusalReason reasonOf(CompletableFuture<?> refused) {
        var failure = catchThrowableOfType(ExecutionException.class, refused::get);
        return ((NoConnectionException) failure.getCause()).reason();
    }
}
