package app.rodmena.auth.pool;

import static app.rodmena.auth.events.PoolEventKind.CHECKIN;
import static app.rodmena.auth.events.PoolEventKind.CHECKOUT;
import static app.rodmena.auth.events.PoolEventKind.CONNECT;
import static app.rodmena.auth.events.PoolEventKind.LEAK_RETURNED;
import static app.rodmena.auth.events.PoolEventKind.LEAK_SUSPECTED;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** leak_threshold. */
class LeakTest {
    @Test
    void aConnectionOutForLongerThanTheThresholdIsSuspectedOncePerCheckoutAndMayComeBack() throws Exception {
        try (TestPool test = TestPool.timed(Settings.of(PoolSettings.DEFAULT).leakThreshold(Duration.ofSeconds(7)))) {
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
            assertThat(test.kindsOf(lease.connectionId()))
                    .containsExactly(CONNECT, CHECKOUT, LEAK_SUSPECTED, LEAK_RETURNED, CHECKIN, CHECKOUT, CHECKIN);
        }
    }
}
