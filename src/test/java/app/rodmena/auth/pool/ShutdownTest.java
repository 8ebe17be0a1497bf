package app.rodmena.auth.pool;

import static app.rodmena.auth.pool.TestPool.CALLER;
import static app.rodmena.auth.pool.event.PoolEventKind.CHECKIN;
import static app.rodmena.auth.pool.event.PoolEventKind.CHECKOUT;
import static app.rodmena.auth.pool.event.PoolEventKind.CLOSE;
import static app.rodmena.auth.pool.event.PoolEventKind.CONNECT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.pool.event.RefusalReason;
import app.rodmena.auth.testing.TestPostgres;
import app.rodmena.auth.testing.TestProxy;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** Closing a pool. */
class ShutdownTest {
    private static final PoolSettings TWO = PoolSettings.DEFAULT.withSize(2, 0);

    @Test
    void withinTheGraceAdmittedWorkFinishesAndWaitingCallersAreRefused() throws Exception {
        try (TestPool test = TestPool.with(TWO)) {
            Lease held = test.checkout();
            CompletableFuture<Void> proceed = new CompletableFuture<>();
            var working = test.pool.call(CALLER, connection -> {
                proceed.join();
                return connection.createStatement().execute("select 1");
            });
            var waiting = test.pool.call(CALLER, connection -> 1);
            var closed = CompletableFuture.runAsync(() -> test.pool.close(Duration.ofSeconds(30)));
            assertThat(reasonOf(waiting)).isEqualTo(RefusalReason.CLOSED);
            assertThat(reasonOf(test.pool.call(CALLER, connection -> 1))).isEqualTo(RefusalReason.CLOSED);
            assertThat(closed).isNotDone();
            proceed.complete(null);
            assertThat(working.toCompletableFuture().get()).isTrue();
            assertThat(closed).isNotDone();
            held.close();
            closed.get();
            assertThat(test.backends()).isZero();
        }
    }

    @Test
    void afterTheGraceHeldConnectionsAreAborted() throws Exception {
        try (TestPool test = TestPool.with(TWO)) {
            Lease held = test.checkout();
            held.connection.setAutoCommit(false);
            held.connection.createStatement().execute("select 1");
            var sleeping = test.pool
                    .call(CALLER, connection -> connection.createStatement().execute("select pg_sleep(10)"))
                    .toCompletableFuture();
            await().until(() -> test.pool.snapshot().checkedOut() == 2);
            long started = System.nanoTime();
            test.pool.close();
            assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(8));
            assertThat(catchThrowableOfType(ExecutionException.class, sleeping::get))
                    .isNotNull();
            held.close();
            assertThat(test.kindsOf(held.physical.id)).containsExactly(CONNECT, CHECKOUT, CHECKIN, CLOSE);
            assertThat(test.last(CLOSE).cause()).isEqualTo("the pool is closed");
        }
    }

    @Test
    void anInterruptedThreadClosesEverythingAndStaysInterrupted() throws Exception {
        try (TestPool test = TestPool.with(TWO)) {
            test.checkout().close();
            Thread.currentThread().interrupt();
            test.pool.close(Duration.ofMinutes(1));
            assertThat(Thread.interrupted()).isTrue();
            assertThat(test.backends()).isZero();
            await().until(() -> threadsOf(test) == 0);
        }
    }

    @Test
    void closingWaitsForAConnectionThatIsBeingOpened() throws Exception {
        try (TestProxy proxy = new TestProxy(TestPostgres.sharedDatabase());
                TestPool test = TestPool.at(proxy.target(), TWO)) {
            proxy.freeze();
            var caller = test.pool.call(CALLER, connection -> 1);
            await().until(() -> test.pool.context.acquiring.get() == 1);
            var closed = CompletableFuture.runAsync(test.pool::close);
            assertThat(reasonOf(caller)).isEqualTo(RefusalReason.CLOSED);
            proxy.thaw();
            closed.get();
            assertThat(test.backends()).isZero();
        }
    }

    @Test
    void aConnectionUnderTestEmitsNoEventAfterItsClose() throws Exception {
        try (TestProxy proxy = new TestProxy(TestPostgres.sharedDatabase());
                TestPool test = TestPool.at(proxy.target(), TWO.with(draft -> draft.prePing = PrePing.ALWAYS))) {
            test.checkout().close();
            proxy.freeze();
            var caller = test.pool.call(CALLER, connection -> 1);
            await().until(() -> test.pool.context.acquiring.get() == 1);
            test.pool.close();
            assertThat(reasonOf(caller)).isEqualTo(RefusalReason.CLOSED);
            assertThat(test.kindsOf(1)).containsExactly(CONNECT, CHECKOUT, CHECKIN, CLOSE);
            proxy.stop();
        }
    }

    @Test
    void noThreadOutlivesThePool() throws Exception {
        TestPool test = TestPool.with(TWO);
        try (test) {
            test.pool.call(CALLER, connection -> 1).toCompletableFuture().get();
            assertThat(threadsOf(test)).isPositive();
        }
        await().until(() -> threadsOf(test) == 0);
    }

    private static long threadsOf(TestPool test) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().contains(test.applicationName + "-"))
                .count();
    }

    private static RefusalReason reasonOf(CompletionStage<?> refused) {
        var failure = catchThrowableOfType(
                ExecutionException.class, () -> refused.toCompletableFuture().get());
        return ((NoConnectionException) failure.getCause()).reason();
    }
}
