package app.rodmena.auth.pool;

import static app.rodmena.auth.pool.TestPool.CALLER;
import static app.rodmena.auth.pool.event.PoolEventKind.CHECKIN;
import static app.rodmena.auth.pool.event.PoolEventKind.CHECKOUT;
import static app.rodmena.auth.pool.event.PoolEventKind.CLOSE;
import static app.rodmena.auth.pool.event.PoolEventKind.CONNECT;
import static app.rodmena.auth.pool.event.PoolEventKind.OVERFLOW_CLOSE;
import static app.rodmena.auth.pool.event.PoolEventKind.OVERFLOW_OPEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.testing.PostgresServer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** pool_size and max_overflow, with the semantics of QueuePool. */
class QueuePoolTest {
    private static final PoolSettings TWO_PLUS_TWO = PoolSettings.DEFAULT.withSize(2, 2);

    @Test
    void opensNoConnectionBeforeTheFirstCheckout() throws Exception {
        try (TestPool test = TestPool.with(TWO_PLUS_TWO)) {
            assertThat(test.backends()).isZero();
            assertThat(test.pool.snapshot()).isEqualTo(new PoolSnapshot(2, 2, 0, 0, 0));
        }
    }

    @Test
    void keepsAndReusesAConnection() throws Exception {
        try (TestPool test = TestPool.with(TWO_PLUS_TWO)) {
            int first;
            try (Lease lease = test.checkout()) {
                first = lease.physical.backendPid;
                assertThat(test.pool.snapshot()).isEqualTo(new PoolSnapshot(2, 2, 1, 1, 0));
            }
            try (Lease lease = test.checkout()) {
                assertThat(lease.physical.backendPid).isEqualTo(first);
            }
            assertThat(test.kindsOf(1)).containsExactly(CONNECT, CHECKOUT, CHECKIN, CHECKOUT, CHECKIN);
            assertThat(test.backends()).isEqualTo(1);
        }
    }

    @Test
    void opensOverflowOnlyWhenPoolSizeIsExhaustedAndClosesItAtCheckin() throws Exception {
        try (TestPool test = TestPool.with(TWO_PLUS_TWO)) {
            List<Lease> leases = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                leases.add(test.checkout());
            }
            assertThat(test.pool.snapshot()).isEqualTo(new PoolSnapshot(2, 2, 4, 4, 0));
            assertThat(test.backends()).isEqualTo(4);
            assertThat(test.count(OVERFLOW_OPEN)).isEqualTo(2);

            leases.forEach(Lease::close);

            test.awaitCount(CLOSE, 2);
            assertThat(test.count(OVERFLOW_CLOSE)).isEqualTo(2);
            assertThat(test.pool.snapshot()).isEqualTo(new PoolSnapshot(2, 2, 0, 2, 0));
            assertThat(test.backends()).isEqualTo(2);
        }
    }

    @Test
    void neverExceedsTheMaximumDuringReplacement() throws Exception {
        try (TestPool test = TestPool.with(TWO_PLUS_TWO)) {
            AtomicBoolean done = new AtomicBoolean();
            List<CompletableFuture<Void>> callers = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                callers.add(CompletableFuture.runAsync(
                        () -> {
                            while (!done.get()) {
                                test.pool
                                        .call(
                                                CALLER,
                                                connection -> connection
                                                        .createStatement()
                                                        .execute("select 1"))
                                        .toCompletableFuture()
                                        .join();
                            }
                        },
                        task -> new Thread(task).start()));
            }
            int most = 0;
            long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
            long invalidated = System.nanoTime();
            while (test.count(CONNECT) <= 12 && System.nanoTime() < end) {
                if (System.nanoTime() - invalidated > Duration.ofMillis(300).toNanos()) {
                    test.pool.softInvalidate();
                    invalidated = System.nanoTime();
                }
                most = Math.max(most, test.backends());
            }
            done.set(true);
            callers.forEach(CompletableFuture::join);
            assertThat(most).isEqualTo(4);
            assertThat(test.count(CONNECT)).isGreaterThan(12);
        }
    }

    @Test
    void aSlotIsFreeOnlyWhenItsConnectionIsClosed() throws Exception {
        try (TestPool test = TestPool.with(PoolSettings.DEFAULT.withSize(1, 0))) {
            Lease first = test.checkout();
            test.pool.softInvalidate();
            PostgresServer.signal(first.physical.backendPid, "STOP");
            try {
                long began = System.nanoTime();
                first.close();
                test.checkout().close();
                // The stopped backend does not close its side, so that the close waits for its maximum.
                assertThat(System.nanoTime() - began)
                        .isGreaterThan(Duration.ofMillis(245).toNanos());
            } finally {
                PostgresServer.signal(first.physical.backendPid, "CONT");
            }
        }
    }

    @Test
    void closesIdleOverflowAfterFiveSecondsWithoutDemand() throws Exception {
        try (TestPool test = TestPool.with(PoolSettings.DEFAULT.withSize(4, 4))) {
            List<Lease> leases = new ArrayList<>();
            for (int i = 0; i < 7; i++) {
                leases.add(test.checkout());
            }
            // Three are checked in while fewer than pool_size - 1 are idle: they are kept, although others are open.
            leases.subList(0, 3).forEach(Lease::close);
            assertThat(test.pool.snapshot()).isEqualTo(new PoolSnapshot(4, 4, 4, 7, 0));
            leases.subList(3, 5).forEach(Lease::close);

            await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
                assertThat(test.backends()).isEqualTo(4);
                assertThat(test.pool.snapshot()).isEqualTo(new PoolSnapshot(4, 4, 2, 4, 0));
            });
            leases.forEach(Lease::close);
        }
    }

    @Test
    void doesNotReconnectUnderSteadyLoadAboveThePoolSize() throws Exception {
        try (TestPool test = TestPool.with(PoolSettings.DEFAULT)) {
            Deque<Lease> held = new ArrayDeque<>();
            for (int i = 0; i < 8; i++) {
                held.add(test.checkout());
            }
            for (int i = 0; i < 500; i++) {
                held.remove().close();
                held.remove().close();
                held.add(test.checkout());
                held.add(test.checkout());
            }
            assertThat(test.count(CONNECT)).isEqualTo(8);
            held.forEach(Lease::close);
        }
    }
}
