package app.rodmena.auth.pool;

import static app.rodmena.auth.pool.TestPool.CALLER;
import static app.rodmena.auth.pool.event.PoolEventKind.CHECKOUT;
import static app.rodmena.auth.pool.event.PoolEventKind.CONNECT;
import static app.rodmena.auth.pool.event.PoolEventKind.CONNECT_FAILED;
import static app.rodmena.auth.pool.event.PoolEventKind.INVALIDATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.pool.event.RefusalReason;
import java.lang.reflect.Field;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;

/** Connections that break between the login and their first checkout. */
class NewConnectionsTest {
    private static final PoolSettings TWO = PoolSettings.DEFAULT.withSize(2, 0);

    @Test
    void aConnectionThatBreaksDuringHikarisSetupAffectsNoLaterOne() throws Exception {
        try (TestPool test = TestPool.with(TWO)) {
            terminateNew(test, connectionId -> connectionId == 1);
            await().until(() -> isAnswered(test));
            try (Lease first = test.checkout();
                    Lease second = test.checkout()) {
                assertThat(first.connection.getTransactionIsolation())
                        .isEqualTo(second.connection.getTransactionIsolation());
            }
            assertThat(test.pool.opening().unused()).isZero();
        }
    }

    @Test
    void theNetworkTimeoutIsResetAfterAUse() throws Exception {
        try (TestPool test = TestPool.with(PoolSettings.DEFAULT.withSize(1, 0))) {
            int usual;
            try (Lease lease = test.checkout()) {
                usual = lease.connection.getNetworkTimeout();
                lease.connection.setNetworkTimeout(Runnable::run, 7_000);
            }
            try (Lease lease = test.checkout()) {
                assertThat(lease.connection.getNetworkTimeout()).isEqualTo(usual);
            }
            assertThat(usual).isEqualTo(PoolSettings.DEFAULT.socketTimeout().toMillis());
        }
    }

    @Test
    void connectionsLostBeforeFirstUseAreFailedConnectsAndAnOutage() throws Exception {
        PoolSettings settings = TWO.with(draft -> draft.prePing = PrePing.ALWAYS);
        try (TestPool test = TestPool.with(settings)) {
            boolean[] broken = {true};
            terminateNew(test, connectionId -> broken[0]);
            var refusal = catchThrowableOfType(NoConnectionException.class, test::checkout);
            assertThat(refusal.reason()).isEqualTo(RefusalReason.DATABASE_DOWN);
            assertThat(refusal.getCause())
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            cause -> assertThat(cause.getSQLState()).isEqualTo("57P01"));
            assertThat(test.count(CHECKOUT)).isZero();
            assertThat(test.count(CONNECT_FAILED)).isBetween(2L, test.count(CONNECT));
            OpeningView opening = test.pool.opening();
            assertThat(opening.failure()).isPresent();
            assertThat(opening.failures()).isGreaterThanOrEqualTo(2);
            assertThat(opening.unused()).isGreaterThanOrEqualTo(2);

            broken[0] = false;
            await().until(() -> isAnswered(test));
            opening = test.pool.opening();
            assertThat(opening.failure()).isEmpty();
            assertThat(opening.failures()).isZero();
            assertThat(opening.unused()).isZero();
        }
    }

    @Test
    void anUnusedConnectionThatBreaksLaterIsNoFailedConnect() throws Exception {
        TestPool test = TestPool.timed(TWO);
        try (test) {
            Lease first = test.checkout();
            AtomicInteger unused = new AtomicInteger();
            test.sink.add(event -> {
                if (event.kind() == CONNECT && unused.compareAndSet(0, event.backendPid())) {
                    first.close(); // The caller for which this connection is opened gets the first one.
                }
            });
            try (Lease second = test.checkout()) {
                assertThat(second.physical.id).isEqualTo(first.physical.id);
                test.clock.advance(Duration.ofSeconds(2));
                test.terminate(unused.get());
                test.checkout().close();
            }
            assertThat(test.count(INVALIDATE)).isEqualTo(1);
        }
        assertThat(test.count(CONNECT_FAILED)).isZero();
    }

    @Test
    void connectionsThatHikariCannotSetUpAreFailedConnectsAndAnOutage() throws Exception {
        try (TestPool test = TestPool.with(TWO)) {
            Class<?> kept = test.pool.hikari.getClass().getSuperclass();
            set(test, kept.getDeclaredField("isValidChecked"), true);
            set(test, kept.getDeclaredField("transactionIsolation"), -1);
            var refusal = catchThrowableOfType(NoConnectionException.class, test::checkout);
            assertThat(refusal.reason()).isEqualTo(RefusalReason.DATABASE_DOWN);
            assertThat(test.last(CONNECT_FAILED).cause()).contains("HikariCP");
            assertThat(test.pool.opening().unused()).isGreaterThanOrEqualTo(2);
            set(test, kept.getDeclaredField("isValidChecked"), false);
            await().until(() -> isAnswered(test));
        }
    }

    private static void set(TestPool test, Field field, Object value) throws IllegalAccessException {
        field.setAccessible(true);
        field.set(test.pool.hikari, value);
    }

    /** Terminates a connection after it is opened, before Hikari has it. */
    private static void terminateNew(TestPool test, IntPredicate which) {
        test.sink.add(event -> {
            if (event.kind() == CONNECT && which.test(event.connectionId())) {
                try {
                    test.terminate(event.backendPid());
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            }
        });
    }

    private static boolean isAnswered(TestPool test) {
        return test.pool
                .call(CALLER, connection -> connection.createStatement().execute("select 1"))
                .toCompletableFuture()
                .handle((answer, failure) -> failure == null)
                .join();
    }
}
