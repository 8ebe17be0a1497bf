package app.rodmena.auth.pool;

import static app.rodmena.auth.pool.TestPool.CALLER;
import static app.rodmena.auth.pool.event.PoolEventKind.CHECKIN;
import static app.rodmena.auth.pool.event.PoolEventKind.CHECKOUT;
import static app.rodmena.auth.pool.event.PoolEventKind.CLOSE;
import static app.rodmena.auth.pool.event.PoolEventKind.CONNECT;
import static app.rodmena.auth.pool.event.PoolEventKind.INVALIDATE;
import static app.rodmena.auth.pool.event.PoolEventKind.RECYCLE;
import static app.rodmena.auth.pool.event.PoolEventKind.SOFT_INVALIDATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.testing.TestPostgres;
import app.rodmena.auth.testing.TestProxy;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** pool_recycle, pre_ping, soft invalidation: no caller gets an expired or broken connection. */
class FreshConnectionsTest {
    private static final PoolSettings TWO = PoolSettings.DEFAULT.withSize(2, 0);
    private static final Duration SHORT_TIMEOUT = Duration.ofSeconds(1);

    @Test
    void aConnectionOlderThanPoolRecycleIsReplacedAtCheckout() throws Exception {
        try (TestPool test = TestPool.timed(TWO.with(draft -> draft.poolRecycle = Duration.ofMinutes(10)))) {
            test.checkout().close();
            test.clock.advance(Duration.ofMinutes(10));
            test.checkout().close();
            assertThat(test.count(CONNECT)).isEqualTo(1);

            test.clock.advance(Duration.ofMillis(1));
            try (Lease lease = test.checkout()) {
                assertThat(lease.physical.id).isEqualTo(2);
            }
            test.awaitCount(CLOSE, 1);
            assertThat(test.kindsOf(1)).containsExactly(CONNECT, CHECKOUT, CHECKIN, CHECKOUT, CHECKIN, RECYCLE, CLOSE);
        }
    }

    @Test
    void prePingAlwaysDetectsABrokenConnection() throws Exception {
        try (TestPool test = TestPool.timed(TWO.with(draft -> draft.prePing = PrePing.ALWAYS))) {
            breakTheIdleConnection(test);
            assertThat(selectOne(test)).isEqualTo(1);
            test.awaitCount(CLOSE, 1);
            assertThat(test.kindsOf(1)).containsExactly(CONNECT, CHECKOUT, CHECKIN, INVALIDATE, CLOSE);
        }
    }

    @Test
    void prePingIdleTestsConnectionsUnusedForHalfASecond() throws Exception {
        try (TestPool test = TestPool.timed(TWO.with(draft -> draft.prePing = PrePing.IDLE))) {
            breakTheIdleConnection(test);
            test.clock.advance(Duration.ofMillis(500));
            assertThatThrownBy(() -> selectOne(test)).isInstanceOf(SQLException.class);
            test.awaitCount(CLOSE, 1);

            breakTheIdleConnection(test);
            test.clock.advance(Duration.ofMillis(501));
            assertThat(selectOne(test)).isEqualTo(1);
            assertThat(test.last(INVALIDATE).cause()).startsWith("pre-ping failed");
        }
    }

    @Test
    void connectionsDroppedByAFirewallDelayOneCallerOnce() throws Exception {
        PoolSettings four = withShortTimeout(4, 2).with(draft -> draft.prePing = PrePing.ALWAYS);
        try (TestProxy proxy = new TestProxy(TestPostgres.sharedDatabase());
                TestPool test = TestPool.at(proxy.target(), four)) {
            List<Lease> leases = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                leases.add(test.checkout());
            }
            leases.forEach(Lease::close);
            proxy.forgetOpenConnections();

            long started = System.nanoTime();
            assertThat(selectOne(test)).isEqualTo(1);

            assertThat(Duration.ofNanos(System.nanoTime() - started))
                    .isBetween(SHORT_TIMEOUT, SHORT_TIMEOUT.multipliedBy(3));
            test.awaitCount(CLOSE, 4);
            assertThat(test.count(INVALIDATE)).isEqualTo(1);
            assertThat(test.count(SOFT_INVALIDATE)).isEqualTo(4);
            proxy.stop();
        }
    }

    @Test
    void theOverflowServesCallersWhileConnectionsAreTested() throws Exception {
        PoolSettings two = withShortTimeout(2, 2).with(draft -> draft.prePing = PrePing.ALWAYS);
        try (TestProxy proxy = new TestProxy(TestPostgres.sharedDatabase());
                TestPool test = TestPool.at(proxy.target(), two)) {
            Lease extra = test.checkout();
            test.checkout().close();
            extra.close();
            proxy.forgetOpenConnections();

            var first = test.pool.call(TestPool.CALLER, connection -> 1).toCompletableFuture();
            var second = test.pool.call(TestPool.CALLER, connection -> 1).toCompletableFuture();
            await().until(() -> test.pool.context.acquiring.get() == 2);
            assertThat(selectOne(test)).isEqualTo(1);
            assertThat(first).isNotDone();
            assertThat(second).isNotDone();
            first.join();
            second.join();
            proxy.stop();
        }
    }

    @Test
    void prePingOffTestsNothing() throws Exception {
        try (TestPool test = TestPool.timed(TWO.with(draft -> draft.prePing = PrePing.OFF))) {
            breakTheIdleConnection(test);
            test.clock.advance(Duration.ofMinutes(30));
            assertThatThrownBy(() -> selectOne(test)).isInstanceOf(SQLException.class);
            test.awaitCount(CLOSE, 1);
            assertThat(test.kindsOf(1))
                    .containsExactly(CONNECT, CHECKOUT, CHECKIN, CHECKOUT, INVALIDATE, CHECKIN, CLOSE);
        }
    }

    @Test
    void softInvalidationReplacesIdleConnectionsAtCheckoutAndBusyOnesAtCheckin() throws Exception {
        try (TestPool test = TestPool.with(TWO)) {
            Lease busy = test.checkout();
            test.checkout().close();
            test.pool.softInvalidate();
            assertThat(test.count(SOFT_INVALIDATE)).isEqualTo(2);
            assertThat(test.backends()).isEqualTo(2);

            try (Lease lease = test.checkout()) {
                assertThat(lease.physical.id).isEqualTo(3);
            }
            assertThat(busy.connection.isValid(1)).isTrue();
            busy.close();
            test.awaitCount(CLOSE, 2);
            assertThat(test.kindsOf(1)).containsExactly(CONNECT, CHECKOUT, SOFT_INVALIDATE, CHECKIN, CLOSE);
            assertThat(test.kindsOf(2)).containsExactly(CONNECT, CHECKOUT, CHECKIN, SOFT_INVALIDATE, CLOSE);
            assertThat(test.pool.snapshot()).isEqualTo(new PoolSnapshot(2, 0, 0, 1, 0));
        }
    }

    private static void breakTheIdleConnection(TestPool test) throws Exception {
        int pid;
        try (Lease lease = test.checkout()) {
            pid = lease.physical.backendPid;
        }
        test.terminate(pid);
    }

    private static PoolSettings withShortTimeout(int poolSize, int maxOverflow) {
        return PoolSettings.DEFAULT.withSize(poolSize, maxOverflow).with(draft -> {
            draft.statementTimeout = Duration.ofSeconds(20);
            draft.connectTimeout = SHORT_TIMEOUT;
            draft.socketTimeout = Duration.ofSeconds(30);
        });
    }

    private static int selectOne(TestPool test) throws SQLException {
        try (Lease lease = test.checkout(CALLER);
                var statement = lease.connection.createStatement();
                var result = statement.executeQuery("select 1")) {
            result.next();
            return result.getInt(1);
        }
    }
}
