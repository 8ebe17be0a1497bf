package app.rodmena.auth.pool;

import static app.rodmena.auth.pool.TestPool.CALLER;
import static app.rodmena.auth.pool.event.PoolEventKind.CHECKOUT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.pool.ConnectionView.State;
import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.postgres.TransactionState;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The views of connections and of the queue. */
class ViewTest {
    private static final CallContext ALICE = new CallContext("GET /api/roles", () -> "f1n6er");

    @Test
    void aConnectionInUseShowsItsHolderAndItsLastSqlWithoutValues() throws Exception {
        try (TestPool test = TestPool.with(PoolSettings.DEFAULT);
                Lease lease = test.checkout(ALICE)) {
            Instant before = Instant.now();
            try (var query = lease.connection.prepareStatement("select ?::text")) {
                query.setString(1, "a secret");
                query.execute();
            }
            ConnectionView view = only(test);
            assertThat(view.id()).isEqualTo(lease.physical.id);
            assertThat(view.backendPid()).isEqualTo(lease.physical.backendPid);
            assertThat(view.state()).isEqualTo(State.IN_USE);
            assertThat(view.checkouts()).isEqualTo(1);
            assertThat(view.lastSql()).isEqualTo("select ?::text");
            assertThat(view.transaction()).isEqualTo(TransactionState.IDLE);
            ConnectionView.Use use = view.use().orElseThrow();
            assertThat(use.thread()).isEqualTo(Thread.currentThread().getName());
            assertThat(use.route()).isEqualTo("GET /api/roles");
            assertThat(use.tenant()).isEqualTo("f1n6er");
            assertThat(use.since()).isCloseTo(before, within(2, ChronoUnit.SECONDS));
            assertThat(view.age()).isBetween(Duration.ofNanos(1), Duration.ofSeconds(30));
        }
    }

    @Test
    void anIdleConnectionShowsNoHolder() throws Exception {
        try (TestPool test = TestPool.with(PoolSettings.DEFAULT)) {
            assertThat(test.pool.connections()).isEmpty();
            test.checkout().close();
            test.checkout().close();
            ConnectionView view = only(test);
            assertThat(view.state()).isEqualTo(State.IDLE);
            assertThat(view.use()).isEmpty();
            assertThat(view.checkouts()).isEqualTo(2);
            assertThat(view.lastSql()).isEmpty();
        }
    }

    @Test
    void theTextOfAPlainStatementIsHiddenBecauseItMayContainValues() throws Exception {
        try (TestPool test = TestPool.with(PoolSettings.DEFAULT);
                Lease lease = test.checkout();
                var statement = lease.connection.createStatement()) {
            statement.execute("select 'a secret'");
            assertThat(only(test).lastSql()).isEqualTo("(a plain statement)");
        }
    }

    @Test
    void theTransactionStateIsReadWithoutWaitingForTheStatement() throws Exception {
        try (TestPool test = TestPool.with(PoolSettings.DEFAULT);
                Lease lease = test.checkout()) {
            var connection = lease.connection;
            connection.setAutoCommit(false);
            assertThat(only(test).transaction()).isEqualTo(TransactionState.IDLE);
            try (var statement = connection.createStatement()) {
                statement.execute("select 1");
                assertThat(only(test).transaction()).isEqualTo(TransactionState.IN_TRANSACTION);

                CompletableFuture<Void> sleeping = CompletableFuture.runAsync(() -> {
                    try {
                        statement.execute("select pg_sleep(30)");
                    } catch (SQLException e) {
                        // Cancelled below, which fails the transaction.
                    }
                });
                await().pollInterval(Duration.ofMillis(5))
                        .until(() -> only(test).transaction() == TransactionState.ACTIVE);
                assertThat(sleeping).isNotDone();
                statement.cancel();
                sleeping.join();
                assertThat(only(test).transaction()).isEqualTo(TransactionState.FAILED);
            }
            connection.rollback();
            assertThat(only(test).transaction()).isEqualTo(TransactionState.IDLE);
        }
    }

    @Test
    void waitersAreListedInOrderWithDeadlines() throws Exception {
        PoolSettings settings =
                PoolSettings.DEFAULT.withSize(1, 0).with(draft -> draft.poolTimeout = Duration.ofSeconds(20));
        try (TestPool test = TestPool.with(settings)) {
            Lease held = test.checkout();
            assertThat(test.pool.view().oldestWait()).isZero();
            var first = test.pool.call(ALICE, connection -> 1).toCompletableFuture();
            var second = test.pool.call(CALLER, connection -> 2).toCompletableFuture();
            List<WaiterView> waiters = test.pool.waiters();
            assertThat(waiters).extracting(WaiterView::route).containsExactly("GET /api/roles", "test");
            assertThat(waiters).extracting(WaiterView::tenant).containsExactly("f1n6er", "-");
            assertThat(waiters.get(0).since()).isBeforeOrEqualTo(waiters.get(1).since());
            assertThat(Duration.between(waiters.get(0).since(), waiters.get(0).deadline()))
                    .isEqualTo(Duration.ofSeconds(20));
            PoolView view = test.pool.view();
            assertThat(view.numbers()).isEqualTo(new PoolSnapshot(1, 0, 1, 1, 2));
            assertThat(view.oldestWait()).isPositive();
            held.close();
            assertThat(first.join() + second.join()).isEqualTo(3);
            assertThat(test.pool.view().oldestWait()).isZero();
        }
    }

    @Test
    void theOldestWaitIsReportedExactlyWhileACallerWaits() throws Exception {
        try (TestPool test = TestPool.with(PoolSettings.DEFAULT.withSize(2, 1))) {
            AtomicBoolean stop = new AtomicBoolean();
            List<CompletableFuture<Void>> busy = new ArrayList<>();
            IntStream.range(0, 6)
                    .forEach(i -> busy.add(CompletableFuture.runAsync(() -> useUntil(stop, test), command -> {
                        Thread thread = new Thread(command, "busy-" + i);
                        thread.setDaemon(true);
                        thread.start();
                    })));
            int waits = 0;
            for (int i = 0; i < 20_000; i++) {
                PoolView view = test.pool.view();
                assertThat(view.oldestWait().isZero()).isEqualTo(view.numbers().waiting() == 0);
                assertThat(view.numbers().checkedOut())
                        .isLessThanOrEqualTo(view.numbers().totalConnections());
                waits += view.numbers().waiting() > 0 ? 1 : 0;
            }
            stop.set(true);
            busy.forEach(CompletableFuture::join);
            assertThat(waits).isPositive();
        }
    }

    @Test
    void listenersMayReadEveryView() throws Exception {
        try (TestPool test = TestPool.with(PoolSettings.DEFAULT.withSize(2, 2))) {
            AtomicReference<List<ConnectionView>> seen = new AtomicReference<>(List.of());
            test.sink.add(event -> {
                test.pool.view();
                test.pool.waiters();
                seen.set(test.pool.connections());
            });
            AtomicBoolean stop = new AtomicBoolean();
            CountDownLatch started = new CountDownLatch(4);
            List<CompletableFuture<Void>> busy = IntStream.range(0, 4)
                    .mapToObj(i -> CompletableFuture.runAsync(
                            () -> {
                                started.countDown();
                                useUntil(stop, test);
                            },
                            command -> new Thread(command, "asking-" + i).start()))
                    .toList();
            started.await();
            await().until(() -> test.count(CHECKOUT) > 3_000);
            stop.set(true);
            busy.forEach(CompletableFuture::join);
            assertThat(seen.get()).isNotEmpty();
        }
    }

    private static void useUntil(AtomicBoolean stop, TestPool test) {
        while (!stop.get()) {
            try (Lease lease = test.checkout()) {
                assertThat(lease.physical.id).isPositive();
            } catch (NoConnectionException e) {
                throw new AssertionError(e);
            }
        }
    }

    private static ConnectionView only(TestPool test) {
        assertThat(test.pool.connections()).hasSize(1);
        return test.pool.connections().get(0);
    }
}
