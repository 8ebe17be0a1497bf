package app.rodmena.auth.pool;

import static app.rodmena.auth.pool.TestPool.CALLER;
import static app.rodmena.auth.pool.event.PoolEventKind.CLOSE;
import static app.rodmena.auth.pool.event.PoolEventKind.CONNECT;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** pool_size and max_overflow, changed while the pool is in use. */
class ResizeTest {
    @Test
    void aSmallerPoolClosesIdleConnectionsImmediately() throws Exception {
        try (TestPool test = TestPool.with(PoolSettings.DEFAULT.withSize(4, 0))) {
            checkOut(test, 4).forEach(Lease::close);
            assertThat(test.backends()).isEqualTo(4);
            test.pool.resize(test.pool.settings().withSize(1, 1));
            test.awaitCount(CLOSE, 3);
            assertThat(test.pool.snapshot()).isEqualTo(new PoolSnapshot(1, 1, 0, 1, 0));
            assertThat(test.backends()).isEqualTo(1);
        }
    }

    @Test
    void aSmallerPoolClosesBusyConnectionsAtCheckin() throws Exception {
        try (TestPool test = TestPool.with(PoolSettings.DEFAULT.withSize(2, 2))) {
            List<Lease> leases = checkOut(test, 4);
            test.pool.resize(test.pool.settings().withSize(1, 1));
            var waiting = test.pool.call(CALLER, connection -> "served").toCompletableFuture();
            assertThat(test.pool.snapshot()).isEqualTo(new PoolSnapshot(1, 1, 4, 4, 1));
            leases.get(0).close();
            leases.get(1).close();
            test.awaitCount(CLOSE, 2);
            assertThat(test.pool.snapshot()).isEqualTo(new PoolSnapshot(1, 1, 2, 2, 1));
            assertThat(waiting).isNotDone();
            leases.get(2).close();
            assertThat(waiting.join()).isEqualTo("served");
            assertThat(test.count(CONNECT)).isEqualTo(4);
            leases.get(3).close();
            test.awaitCount(CLOSE, 3);
            assertThat(test.pool.snapshot()).isEqualTo(new PoolSnapshot(1, 1, 0, 1, 0));
        }
    }

    @Test
    void aLargerPoolAdmitsWaitingCallersImmediately() throws Exception {
        try (TestPool test = TestPool.with(PoolSettings.DEFAULT.withSize(1, 0))) {
            List<Lease> held = checkOut(test, 1);
            var first = test.pool.call(CALLER, connection -> 1).toCompletableFuture();
            var second = test.pool.call(CALLER, connection -> 2).toCompletableFuture();
            test.pool.resize(test.pool.settings().withSize(1, 2));
            assertThat(first.join() + second.join()).isEqualTo(3);
            held.forEach(Lease::close);
        }
    }

    private static List<Lease> checkOut(TestPool test, int count) throws NoConnectionException {
        List<Lease> leases = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            leases.add(test.checkout());
        }
        return leases;
    }
}
