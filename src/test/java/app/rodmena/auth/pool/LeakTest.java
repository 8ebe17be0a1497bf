package app.rodmena.auth.pool;

import static app.rodmena.auth.pool.event.PoolEventKind.CHECKIN;
import static app.rodmena.auth.pool.event.PoolEventKind.CHECKOUT;
import static app.rodmena.auth.pool.event.PoolEventKind.CLOSE;
import static app.rodmena.auth.pool.event.PoolEventKind.CONNECT;
import static app.rodmena.auth.pool.event.PoolEventKind.LEAK_RECLAIMED;
import static app.rodmena.auth.pool.event.PoolEventKind.LEAK_RETURNED;
import static app.rodmena.auth.pool.event.PoolEventKind.LEAK_SUSPECTED;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.common.InvalidSettingException;
import app.rodmena.auth.pool.event.EventLog;
import app.rodmena.auth.postgres.TransactionState;
import app.rodmena.auth.testing.LogOf;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** leak_threshold and reclaim_leaks_after. */
class LeakTest {
    private static final PoolSettings RECLAIMING = PoolSettings.DEFAULT
            .with(draft -> draft.leakThreshold = Duration.ofSeconds(7))
            .with(draft -> draft.reclaimLeaksAfter = Optional.of(Duration.ofSeconds(20)));

    @Test
    void aLongCheckoutIsSuspectedOnceAndMayBeReturned() throws Exception {
        try (TestPool test =
                TestPool.timed(PoolSettings.DEFAULT.with(draft -> draft.leakThreshold = Duration.ofSeconds(7)))) {
            Lease lease = test.checkout();
            test.clock.advance(Duration.ofSeconds(7));
            test.pool.tick();
            assertThat(test.count(LEAK_SUSPECTED)).isZero();
            test.clock.advance(Duration.ofMillis(1));
            test.pool.tick();
            test.pool.tick();
            assertThat(test.count(LEAK_SUSPECTED)).isEqualTo(1);
            assertThat(test.last(LEAK_SUSPECTED).took()).isEqualTo(Duration.ofMillis(7_001));
            assertThat(test.last(LEAK_SUSPECTED).caller()).isEqualTo(TestPool.CALLER);
            lease.close();
            test.checkout().close();
            assertThat(test.kindsOf(lease.physical.id))
                    .containsExactly(CONNECT, CHECKOUT, LEAK_SUSPECTED, LEAK_RETURNED, CHECKIN, CHECKOUT, CHECKIN);
        }
    }

    @Test
    void aReclaimedConnectionIsClosedAndItsHolderGetsAnException() throws Exception {
        PoolSettings settings = RECLAIMING.withSize(1, 0).with(draft -> draft.poolTimeout = Duration.ofSeconds(30));
        try (TestPool test = TestPool.timed(settings);
                LogOf log = LogOf.logger("auth.database")) {
            test.sink.add(new EventLog());
            Lease leaked = test.checkout();
            PreparedStatement before = leaked.connection.prepareStatement("select 1");
            CompletionStage<Integer> next = test.pool.call(TestPool.CALLER, connection -> backendPid(connection));
            test.clock.advance(Duration.ofSeconds(20));
            test.pool.tick();
            assertThat(test.count(LEAK_SUSPECTED)).isEqualTo(1);
            assertThat(test.count(LEAK_RECLAIMED)).isZero();
            test.clock.advance(Duration.ofMillis(1));
            test.pool.tick();

            assertThat(next.toCompletableFuture().get(10, SECONDS)).isNotEqualTo(leaked.physical.backendPid);
            assertThat(test.last(LEAK_RECLAIMED).took()).isEqualTo(Duration.ofMillis(20_001));
            assertThat(test.last(LEAK_RECLAIMED).caller()).isEqualTo(TestPool.CALLER);
            assertThat(test.kindsOf(leaked.physical.id))
                    .containsExactly(CONNECT, CHECKOUT, LEAK_SUSPECTED, LEAK_RECLAIMED, CHECKIN, CLOSE);
            assertThat(log.lines())
                    .anyMatch(
                            line -> line.startsWith("leak_reclaimed connection=%d pid=%d use=20001.000ms route=\"test\""
                                            .formatted(leaked.physical.id, leaked.physical.backendPid))
                                    && line.endsWith("cause=\"reclaim_leaks_after: taken from test on thread %s\""
                                            .formatted(Thread.currentThread().getName())));

            assertThatThrownBy(() -> leaked.connection.prepareStatement("select 1"))
                    .isInstanceOf(SQLException.class)
                    .hasMessage(
                            "connection %d was reclaimed after 20001 ms; reclaim_leaks_after: taken from test on thread %s"
                                    .formatted(
                                            leaked.physical.id,
                                            Thread.currentThread().getName()));
            assertThatThrownBy(() -> leaked.connection.commit()).hasMessageContaining("was reclaimed after");
            assertThatThrownBy(before::executeQuery).isInstanceOf(SQLException.class);
            assertThat(leaked.connection.isClosed()).isTrue();
            leaked.close();
            test.checkout().close();
            assertThat(test.pool.snapshot().checkedOut()).isZero();
        }
    }

    @Test
    void reclaimingFailsTheRunningStatementWithTheReason() throws Exception {
        try (TestPool test = TestPool.timed(RECLAIMING.withSize(1, 0))) {
            CompletionStage<Object> stuck = test.pool.call(TestPool.CALLER, connection -> {
                try (var statement = connection.createStatement()) {
                    return statement.execute("select pg_sleep(20)");
                }
            });
            await().until(() -> test.pool.connections().stream()
                    .anyMatch(connection -> connection.transaction() == TransactionState.ACTIVE));
            int pid = test.pool.connections().get(0).backendPid();
            test.clock.advance(Duration.ofSeconds(21));
            test.pool.tick();
            assertThatThrownBy(() -> stuck.toCompletableFuture().get(10, SECONDS))
                    .cause()
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("was reclaimed after 21000 ms")
                    .hasCauseInstanceOf(SQLException.class);
            await().until(() -> !test.isActive(pid));
            test.checkout().close();
        }
    }

    @Test
    void nothingIsReclaimedByDefault() throws Exception {
        try (TestPool test = TestPool.timed(PoolSettings.DEFAULT)) {
            Lease lease = test.checkout();
            test.clock.advance(Duration.ofDays(1));
            test.pool.tick();
            assertThat(test.count(LEAK_SUSPECTED)).isEqualTo(1);
            assertThat(lease.connection.isClosed()).isFalse();
            lease.close();
        }
    }

    @Test
    void aReclaimLimitBelowTheThresholdIsRefused() {
        assertThatThrownBy(() -> RECLAIMING.with(draft -> draft.leakThreshold = Duration.ofSeconds(20)))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage("reclaim_leaks_after: 20000 ms; must be longer than leak_threshold, which is 20000 ms");
    }

    private static int backendPid(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var result = statement.executeQuery("select pg_backend_pid()")) {
            result.next();
            return result.getInt(1);
        }
    }
}
