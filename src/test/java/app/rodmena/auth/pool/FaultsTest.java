package app.rodmena.auth.pool;

import static app.rodmena.auth.pool.TestPool.CALLER;
import static app.rodmena.auth.pool.event.PoolEventKind.CHECKIN;
import static app.rodmena.auth.pool.event.PoolEventKind.CHECKOUT;
import static app.rodmena.auth.pool.event.PoolEventKind.CLOSE;
import static app.rodmena.auth.pool.event.PoolEventKind.CONNECT;
import static app.rodmena.auth.pool.event.PoolEventKind.INVALIDATE;
import static app.rodmena.auth.pool.event.PoolEventKind.LEAK_SUSPECTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.pool.event.PoolEventKind;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** Faults while the pool is in use; the events of each connection stay complete. */
class FaultsTest {
    private static final PoolSettings ONE = PoolSettings.DEFAULT.withSize(1, 0);

    @Test
    void aBackendTerminatedDuringAStatementIsReplacedForTheNextCaller() throws Exception {
        try (TestPool test = TestPool.with(ONE)) {
            CompletableFuture<Integer> pid = new CompletableFuture<>();
            var broken = test.pool
                    .call(CALLER, connection -> {
                        pid.complete(test.events.peek().backendPid());
                        return execute(connection, "select pg_sleep(60)");
                    })
                    .toCompletableFuture();
            var waiting = test.pool
                    .call(CALLER, connection -> execute(connection, "select 1"))
                    .toCompletableFuture();
            await().until(() -> test.isActive(pid.get()));
            test.terminate(pid.get());
            var failure = catchThrowableOfType(ExecutionException.class, broken::get);
            assertThat(((SQLException) failure.getCause()).getSQLState()).isEqualTo("57P01");
            assertThat(waiting.get()).isTrue();
            test.awaitCount(CLOSE, 1);
            assertThat(test.kindsOf(1)).containsExactly(CONNECT, CHECKOUT, INVALIDATE, CHECKIN, CLOSE);
        }
    }

    @Test
    void afterOneConnectionBreaksTheOthersAreTestedAlthoughTheyWereJustUsed() throws Exception {
        try (TestPool test = TestPool.with(ONE.withSize(3, 0))) {
            Lease one = test.checkout();
            Lease other = test.checkout();
            Lease inUse = test.checkout();
            test.terminate(one.physical.backendPid);
            test.terminate(other.physical.backendPid);
            test.terminate(inUse.physical.backendPid);
            one.close();
            other.close();
            assertThatThrownBy(() -> execute(inUse.connection, "select 1")).isInstanceOf(SQLException.class);
            inUse.close();

            for (int i = 0; i < 2; i++) {
                try (Lease lease = test.checkout()) {
                    assertThat(execute(lease.connection, "select 1")).isTrue();
                }
            }
            assertThat(test.count(INVALIDATE)).isEqualTo(3);
        }
    }

    @Test
    void aBackendTerminatedInATransactionCommitsNothing() throws Exception {
        try (TestPool test = TestPool.with(ONE)) {
            try (Lease lease = test.checkout()) {
                lease.connection.setAutoCommit(false);
                execute(lease.connection, "create table half_done (id int)");
                test.terminate(lease.physical.backendPid);
                assertThatThrownBy(() -> lease.connection.commit()).isInstanceOf(SQLException.class);
            }
            try (Lease lease = test.checkout()) {
                assertThatThrownBy(() -> execute(lease.connection, "select * from half_done"))
                        .hasMessageContaining("does not exist");
            }
            test.awaitCount(CLOSE, 1);
            assertThat(test.kindsOf(1)).containsExactly(CONNECT, CHECKOUT, INVALIDATE, CHECKIN, CLOSE);
        }
    }

    @Test
    void theSlotOfABrokenConnectionIsFreedBeforeItsHolderNotices() throws Exception {
        try (TestPool test = TestPool.with(ONE)) {
            Lease broken = test.checkout();
            var waiting = test.pool.call(CALLER, connection -> "served").toCompletableFuture();
            test.terminate(broken.physical.backendPid);
            assertThatThrownBy(() -> execute(broken.connection, "select 1")).isInstanceOf(SQLException.class);
            assertThat(waiting.get()).isEqualTo("served");
            broken.close();
            test.checkout().close();
        }
    }

    @Test
    void evictionByHikarisMBeanIsNotAFailure() throws Exception {
        try (TestPool test = TestPool.with(PoolSettings.DEFAULT)) {
            Lease held = test.checkout();
            test.checkout().close();
            test.pool.hikari.softEvictConnections();
            test.awaitCount(CLOSE, 1);
            assertThat(test.kindsOf(2)).containsExactly(CONNECT, CHECKOUT, CHECKIN, CLOSE);
            assertThat(test.last(CLOSE).cause()).isEqualTo("evicted");

            assertThat(execute(held.connection, "select 1")).isTrue();
            held.close();
            test.awaitCount(CLOSE, 2);
            assertThat(test.kindsOf(1)).containsExactly(CONNECT, CHECKOUT, CHECKIN, CLOSE);
            assertThat(test.last(CLOSE).cause()).isEqualTo("evicted");
        }
    }

    @Test
    void aConnectionAbortedByItsHolderIsReleasedWithTheLease() throws Exception {
        try (TestPool test = TestPool.with(ONE)) {
            Lease lease = test.checkout();
            var waiting = test.pool.call(CALLER, connection -> 2).toCompletableFuture();
            lease.connection.abort(Runnable::run);
            assertThat(test.pool.snapshot()).isEqualTo(new PoolSnapshot(1, 0, 0, 0, 1));
            assertThat(test.backends()).isZero();
            lease.close();
            assertThat(waiting.get()).isEqualTo(2);
            assertThat(test.kindsOf(1)).containsExactly(CONNECT, CHECKOUT, INVALIDATE, CHECKIN, CLOSE);
        }
    }

    @Test
    void anOpenLeaseIsSuspectedEvenIfItsBackendIsGone() throws Exception {
        try (TestPool test = TestPool.timed(PoolSettings.DEFAULT.withSize(1, 1))) {
            Lease leaked = test.checkout();
            test.terminate(leaked.physical.backendPid);
            test.checkout().close();
            test.clock.advance(Duration.ofSeconds(61));
            test.pool.tick();
            assertThat(test.count(LEAK_SUSPECTED)).isEqualTo(1);
            assertThat(test.pool.snapshot().checkedOut()).isEqualTo(1);
        }
    }

    @Test
    void aThrowingListenerOnlyIncrementsTheCounter() throws Exception {
        try (TestPool test = TestPool.with(ONE)) {
            test.sink.add(event -> {
                throw new AssertionError("a listener's own trouble");
            });
            try (Lease lease = test.checkout()) {
                assertThat(execute(lease.connection, "select 1")).isTrue();
            }
            assertThat(test.pool
                            .call(CALLER, connection -> 1)
                            .toCompletableFuture()
                            .get())
                    .isEqualTo(1);
            assertThat(test.sink.listenerFailures()).isEqualTo(test.events.size());
        }
    }

    @Test
    void everyEventHasItsConnectionBackendCallerAndDuration() throws Exception {
        try (TestPool test = TestPool.with(ONE)) {
            int pid;
            try (Lease lease = test.checkout()) {
                pid = lease.physical.backendPid;
                execute(lease.connection, "select pg_sleep(0.02)");
            }
            for (PoolEventKind kind : new PoolEventKind[] {CHECKOUT, CHECKIN}) {
                assertThat(test.last(kind)).satisfies(event -> {
                    assertThat(event.connectionId()).isEqualTo(1);
                    assertThat(event.backendPid()).isEqualTo(pid);
                    assertThat(event.caller()).isEqualTo(CALLER);
                    assertThat(event.thread()).isEqualTo(Thread.currentThread().getName());
                });
            }
            assertThat(test.last(CHECKIN).took()).isGreaterThanOrEqualTo(Duration.ofMillis(20));
        }
    }

    private static boolean execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            return statement.execute(sql);
        }
    }
}
