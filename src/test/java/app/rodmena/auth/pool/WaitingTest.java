package app.rodmena.auth.pool;

import static app.rodmena.auth.pool.TestPool.CALLER;
import static app.rodmena.auth.pool.event.PoolEventKind.CHECKOUT;
import static app.rodmena.auth.pool.event.PoolEventKind.REJECTED;
import static app.rodmena.auth.pool.event.PoolEventKind.TIMEOUT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.pool.event.RefusalReason;
import app.rodmena.auth.testing.TestPostgres;
import app.rodmena.auth.testing.TestProxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** pool_timeout, max_waiting and the order of the queue. */
class WaitingTest {
    private static final PoolSettings ONE = PoolSettings.DEFAULT.withSize(1, 0);

    @Test
    void poolTimeoutAlsoWorksBelowHikarisMinimum() throws Exception {
        try (TestPool test = TestPool.with(ONE);
                Lease held = test.checkout()) {
            test.pool.resize(ONE.with(draft -> draft.poolTimeout = Duration.ofMillis(60)));
            List<Long> waits = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                waits.add(millisUntilRefused(test, RefusalReason.TIMEOUT));
            }
            assertThat(waits).allSatisfy(wait -> assertThat(wait).isGreaterThanOrEqualTo(60));
            assertThat(Collections.min(waits)).isLessThan(240); // HikariCP allows no less than 250 ms
            assertThat(test.count(TIMEOUT)).isEqualTo(5);
            assertThat(test.last(TIMEOUT).took()).isGreaterThanOrEqualTo(Duration.ofMillis(60));
            assertThat(held.connection.isClosed()).isFalse();
        }
    }

    @Test
    void aNewPoolTimeoutAppliesToTheNextCaller() throws Exception {
        try (TestPool test = TestPool.with(ONE.with(draft -> draft.poolTimeout = Duration.ofMinutes(5)))) {
            Lease held = test.checkout();
            var patient = test.pool.call(CALLER, connection -> "served").toCompletableFuture();
            test.pool.resize(ONE.with(draft -> draft.poolTimeout = Duration.ofMillis(40)));
            assertThat(millisUntilRefused(test, RefusalReason.TIMEOUT)).isBetween(40L, 2_000L);
            test.pool.resize(ONE.with(draft -> draft.poolTimeout = Duration.ofMillis(150)));
            assertThat(millisUntilRefused(test, RefusalReason.TIMEOUT)).isBetween(150L, 2_000L);
            held.close();
            assertThat(patient.join()).isEqualTo("served");
        }
    }

    @Test
    void theDeadlineCountsFromArrival() throws Exception {
        try (TestProxy proxy = new TestProxy(TestPostgres.sharedDatabase());
                TestPool test = TestPool.timedAt(proxy.target(), ONE)) {
            Lease held = test.checkout();
            var waiting = test.pool.call(CALLER, connection -> 1).toCompletableFuture();
            test.clock.advance(Duration.ofSeconds(29));
            test.pool.tick();
            proxy.freeze();
            test.pool.softInvalidate();
            held.close();
            // Now it waits for a connection that is never opened.
            await().until(() -> test.pool.snapshot().waiting() == 0);
            assertThat(waiting).isNotDone();
            test.clock.advance(Duration.ofSeconds(1));
            assertThat(reasonOf(waiting)).isEqualTo(RefusalReason.TIMEOUT);
            proxy.thaw();
        }
    }

    @Test
    void blockingAndAsynchronousCallersAreServedInOrderOfArrival() throws Exception {
        try (TestPool test = TestPool.with(ONE)) {
            Lease held = test.checkout();
            List<Integer> served = Collections.synchronizedList(new ArrayList<>());
            List<CompletableFuture<?>> callers = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                int number = i;
                callers.add(
                        i % 2 == 0
                                ? test.pool
                                        .call(CALLER, connection -> served.add(number))
                                        .toCompletableFuture()
                                : CompletableFuture.runAsync(
                                        () -> checkOutAndThen(test, () -> served.add(number)),
                                        task -> new Thread(task).start()));
                await().pollDelay(Duration.ZERO)
                        .pollInterval(Duration.ofMillis(1))
                        .until(() -> test.pool.snapshot().waiting() == number + 1);
            }
            held.close();
            callers.forEach(CompletableFuture::join);
            assertThat(served)
                    .containsExactlyElementsOf(IntStream.range(0, 300).boxed().toList());
            assertThat(test.count(CHECKOUT)).isEqualTo(301);
        }
    }

    @Test
    void callersBeyondMaxWaitingAreRejectedImmediately() throws Exception {
        try (TestPool test = TestPool.with(ONE.with(draft -> draft.maxWaiting = 2))) {
            Lease held = test.checkout();
            var first = test.pool.call(CALLER, connection -> 1).toCompletableFuture();
            var second = test.pool.call(CALLER, connection -> 2).toCompletableFuture();
            var third = test.pool.call(CALLER, connection -> 3).toCompletableFuture();
            assertThat(reasonOf(third)).isEqualTo(RefusalReason.REJECTED);
            assertThat(test.count(REJECTED)).isEqualTo(1);
            assertThat(test.pool.snapshot().waiting()).isEqualTo(2);
            held.close();
            assertThat(first.join() + second.join()).isEqualTo(3);
        }
    }

    @Test
    void aSuspendedPoolQueuesCallersUntilTheirDeadlines() throws Exception {
        try (TestPool test = TestPool.timed(PoolSettings.DEFAULT)) {
            Lease held = test.checkout();
            test.pool.suspend();
            held.close();
            var early = test.pool.call(CALLER, connection -> "early").toCompletableFuture();
            test.clock.advance(Duration.ofSeconds(20));
            var late = test.pool.call(CALLER, connection -> "late").toCompletableFuture();
            assertThat(test.pool.snapshot()).isEqualTo(new PoolSnapshot(5, 5, 0, 1, 2));
            test.clock.advance(Duration.ofSeconds(10));
            test.pool.tick();
            assertThat(reasonOf(early)).isEqualTo(RefusalReason.TIMEOUT);
            test.pool.resume();
            assertThat(late.join()).isEqualTo("late");
            assertThat(test.pool.snapshot().waiting()).isZero();
        }
    }

    @Test
    void anInterruptEndsTheWaitForAnOpeningConnection() throws Exception {
        try (TestProxy proxy = new TestProxy(TestPostgres.sharedDatabase());
                TestPool test = TestPool.at(proxy.target(), ONE)) {
            proxy.freeze();
            CompletableFuture<RefusalReason> reason = new CompletableFuture<>();
            Thread caller = new Thread(() -> {
                try {
                    test.checkout().close();
                    reason.complete(null);
                } catch (NoConnectionException e) {
                    reason.complete(Thread.currentThread().isInterrupted() ? e.reason() : null);
                }
            });
            caller.start();
            await().until(() -> test.pool.context.acquiring.get() == 1);
            caller.interrupt();
            assertThat(reason.get()).isEqualTo(RefusalReason.INTERRUPTED);
            proxy.thaw();
            test.checkout().close();
        }
    }

    private static void checkOutAndThen(TestPool test, Runnable then) {
        try (Lease lease = test.checkout()) {
            assertThat(lease.physical.id).isPositive();
            then.run();
        } catch (NoConnectionException e) {
            throw new CompletionException(e);
        }
    }

    private static long millisUntilRefused(TestPool test, RefusalReason reason) {
        long started = System.nanoTime();
        var refusal = catchThrowableOfType(NoConnectionException.class, test::checkout);
        assertThat(refusal.reason()).isEqualTo(reason);
        return Duration.ofNanos(System.nanoTime() - started).toMillis();
    }

    private static RefusalReason reasonOf(CompletableFuture<?> refused) {
        var failure = catchThrowableOfType(ExecutionException.class, refused::get);
        return ((NoConnectionException) failure.getCause()).reason();
    }
}
