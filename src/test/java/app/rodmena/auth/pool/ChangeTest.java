package app.rodmena.auth.pool;

import static app.rodmena.auth.pool.TestPool.CALLER;
import static app.rodmena.auth.pool.event.PoolEventKind.CLOSE;
import static app.rodmena.auth.pool.event.PoolEventKind.LEAK_SUSPECTED;
import static app.rodmena.auth.pool.event.PoolEventKind.REJECTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import app.rodmena.auth.common.InvalidSettingException;
import app.rodmena.auth.pool.event.RefusalReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Changes of settings and operations while the pool runs. */
class ChangeTest {
    private static final PoolSettings ONE = PoolSettings.DEFAULT.withSize(1, 0);

    @Test
    void aChangeTakesEffectImmediatelyAndReturnsThePreviousSettings() throws Exception {
        try (TestPool test = TestPool.with(PoolSettings.DEFAULT.withSize(3, 0))) {
            List<Lease> leases = List.of(test.checkout(), test.checkout(), test.checkout());
            leases.forEach(Lease::close);
            assertThat(test.pool.change(now -> now.withSize(1, 1)).poolSize()).isEqualTo(3);
            test.awaitCount(CLOSE, 2);
            assertThat(test.pool.snapshot()).isEqualTo(new PoolSnapshot(1, 1, 0, 1, 0));
        }
    }

    @Test
    void aWaitingCallerKeepsItsDeadlineWhenPoolTimeoutChanges() throws Exception {
        try (TestPool test = TestPool.with(ONE)) {
            Lease held = test.checkout();
            var patient = test.pool.call(CALLER, connection -> "served").toCompletableFuture();
            test.pool.change(now -> now.with(draft -> draft.poolTimeout = Duration.ofMillis(30)));
            assertThat(catchThrowableOfType(NoConnectionException.class, test::checkout)
                            .reason())
                    .isEqualTo(RefusalReason.TIMEOUT);
            assertThat(patient).isNotDone();
            held.close();
            assertThat(patient.join()).isEqualTo("served");
        }
    }

    @Test
    void aSmallerMaxWaitingRefusesNewCallersOnly() throws Exception {
        try (TestPool test = TestPool.with(ONE)) {
            Lease held = test.checkout();
            var first = test.pool.call(CALLER, connection -> 1).toCompletableFuture();
            var second = test.pool.call(CALLER, connection -> 2).toCompletableFuture();
            test.pool.change(now -> now.with(draft -> draft.maxWaiting = 1));
            var third = test.pool.call(CALLER, connection -> 3).toCompletableFuture();
            assertThat(third).isCompletedExceptionally();
            assertThat(test.count(REJECTED)).isEqualTo(1);
            held.close();
            assertThat(first.join() + second.join()).isEqualTo(3);
        }
    }

    @Test
    void aShorterLeakThresholdAppliesToOpenCheckouts() throws Exception {
        try (TestPool test = TestPool.timed(ONE);
                Lease held = test.checkout()) {
            test.clock.advance(Duration.ofSeconds(5));
            test.pool.tick();
            assertThat(test.count(LEAK_SUSPECTED)).isZero();
            test.pool.change(now -> now.with(draft -> draft.leakThreshold = Duration.ofSeconds(4)));
            test.pool.tick();
            assertThat(test.count(LEAK_SUSPECTED)).isEqualTo(1);
            assertThat(held.connection.isClosed()).isFalse();
        }
    }

    @Test
    void aFixedSettingIsRefusedByName() throws Exception {
        try (TestPool test = TestPool.with(ONE)) {
            InvalidSettingException refusal = catchThrowableOfType(
                    InvalidSettingException.class,
                    () -> test.pool.change(now -> now.withSize(9, 9).with(draft -> draft.prePing = PrePing.ALWAYS)));
            assertThat(refusal.setting()).isEqualTo("pre_ping");
            assertThat(refusal).hasMessage("pre_ping: ALWAYS; cannot be changed at run time; it is IDLE");
            assertThat(test.pool.settings()).isEqualTo(ONE);
        }
    }

    @Test
    void dependentSettingsChangeTogether() {
        PoolSettings before =
                PoolSettings.DEFAULT.with(draft -> draft.reclaimLeaksAfter = Optional.of(Duration.ofSeconds(90)));
        PoolSettings after = before.with(draft -> {
            draft.leakThreshold = Duration.ofSeconds(125);
            draft.reclaimLeaksAfter = Optional.of(Duration.ofSeconds(185));
            draft.poolSize = 7;
            draft.maxOverflow = 1;
        });
        assertThat(after.leakThreshold()).isEqualTo(Duration.ofSeconds(125));
        assertThat(after.reclaimLeaksAfter()).contains(Duration.ofSeconds(185));
        assertThat(after.withSize(before.poolSize(), before.maxOverflow())
                        .with(draft -> draft.leakThreshold = before.leakThreshold())
                        .with(draft -> draft.reclaimLeaksAfter = before.reclaimLeaksAfter()))
                .isEqualTo(before);
        assertThatThrownBy(() -> before.with(draft -> draft.leakThreshold = Duration.ofSeconds(125)))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("reclaim_leaks_after");
    }

    @Test
    void anInvalidValueIsRefusedByName() throws Exception {
        try (TestPool test = TestPool.with(ONE)) {
            InvalidSettingException refusal = catchThrowableOfType(
                    InvalidSettingException.class, () -> test.pool.change(now -> now.withSize(0, 5)));
            assertThat(refusal).hasMessage("pool_size: 0; must be 1 to 1000");
            assertThat(test.pool.settings()).isEqualTo(ONE);
        }
    }

    @Test
    void concurrentChangesAreAllKept() throws Exception {
        try (TestPool test = TestPool.with(ONE)) {
            List<CompletableFuture<Void>> changes = new ArrayList<>();
            IntStream.range(0, 200)
                    .forEach(i -> changes.add(CompletableFuture.runAsync(() -> test.pool.change(now -> i % 2 == 0
                            ? now.with(draft -> draft.maxWaiting = now.maxWaiting() + 1)
                            : now.withSize(1, now.maxOverflow() + 1)))));
            changes.forEach(CompletableFuture::join);
            assertThat(test.pool.settings().maxWaiting()).isEqualTo(ONE.maxWaiting() + 100);
            assertThat(test.pool.settings().maxOverflow()).isEqualTo(100);
        }
    }

    @Test
    void evictIdleClosesIdleConnectionsOnly() throws Exception {
        try (TestPool test = TestPool.with(PoolSettings.DEFAULT)) {
            Lease kept = test.checkout();
            List<Lease> others = List.of(test.checkout(), test.checkout(), test.checkout());
            others.forEach(Lease::close);
            assertThat(test.pool.evictIdle()).isEqualTo(3);
            test.awaitCount(CLOSE, 3);
            assertThat(test.last(CLOSE).cause()).isEqualTo("evicted");
            assertThat(test.pool.snapshot()).isEqualTo(new PoolSnapshot(5, 5, 1, 1, 0));
            assertThat(test.backends()).isEqualTo(1);
            assertThat(test.pool.evictIdle()).isZero();
            kept.close();
        }
    }

    @Test
    void aSuspendedPoolReportsItAndQueuesEveryCaller() throws Exception {
        try (TestPool test = TestPool.with(ONE)) {
            test.pool.suspend();
            assertThat(test.pool.view().suspended()).isTrue();
            var waiting = test.pool.call(CALLER, connection -> "served").toCompletableFuture();
            assertThat(test.pool.view().numbers()).isEqualTo(new PoolSnapshot(1, 0, 0, 0, 1));
            test.pool.resume();
            assertThat(waiting.join()).isEqualTo("served");
            assertThat(test.pool.view().suspended()).isFalse();
        }
    }
}
