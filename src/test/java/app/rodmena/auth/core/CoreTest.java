package app.rodmena.auth.core;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.capacity.CapacityConfig;
import app.rodmena.auth.core.Core.Share;
import app.rodmena.auth.database.DatabaseConfig;
import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.diagnosis.Commands;
import app.rodmena.auth.diagnosis.DiagnosisConfig;
import app.rodmena.auth.diagnosis.incident.IncidentsConfig;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.testing.TestPostgres;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

class CoreTest {
    private static final CallContext CALLER = CallContext.named("core-test");

    private final DatabaseTarget target = TestPostgres.freshDatabase();
    private final List<Core> exported = new ArrayList<>();
    private final List<Core> withdrawn = new ArrayList<>();

    @Test
    void opensOnceAndClosesWithTheLastShare() {
        Share first = open(PoolSettings.DEFAULT);
        Share second = open(PoolSettings.DEFAULT);
        Core core = first.core();
        assertThat(second.core()).isSameAs(core);
        first.close();
        first.close();
        assertThat(isClosed(core.engine())).isFalse();
        assertThat(withdrawn).isEmpty();
        second.close();
        assertThat(isClosed(core.engine())).isTrue();
        assertThat(exported).containsExactly(core);
        assertThat(withdrawn).containsExactly(core);
    }

    @Test
    void theEngineClosesWithTheLastShareInService() {
        try (Share first = open(PoolSettings.DEFAULT);
                Share second = open(PoolSettings.DEFAULT)) {
            first.leaveService(Duration.ZERO);
            first.leaveService(Duration.ZERO);
            assertThat(isClosed(first.core().engine())).isFalse();
            second.leaveService(Duration.ZERO);
            assertThat(isClosed(first.core().engine())).isTrue();
            assertThat(withdrawn).isEmpty();
        }
    }

    @Test
    void refusesOtherSettingsAndNamesBoth() {
        try (Share share = open(PoolSettings.DEFAULT)) {
            assertThatThrownBy(() -> open(PoolSettings.DEFAULT.withSize(7, 0)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("poolSize=5")
                    .hasMessageContaining("poolSize=7");
            assertThat(isClosed(share.core().engine())).isFalse();
        }
    }

    @Test
    void theNextCoreOpensOnlyAfterThePreviousIsClosed() throws Exception {
        Share previous = open(PoolSettings.DEFAULT);
        DatabaseEngine engine = previous.core().engine();
        engine.awaitFirstAttempt();
        CountDownLatch holding = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        var held = engine.call(CALLER, handle -> {
            holding.countDown();
            return awaitUninterrupted(done);
        });
        holding.await();
        CompletableFuture<Void> leaving =
                CompletableFuture.runAsync(() -> previous.leaveService(Duration.ofMinutes(1)));
        await().until(() -> isClosed(engine));
        FutureTask<Share> opening = new FutureTask<>(() -> open(PoolSettings.DEFAULT.withSize(7, 0)));
        Thread next = new Thread(opening);
        next.start();
        await().until(() -> next.getState() == Thread.State.BLOCKED);

        done.countDown();
        leaving.get(30, SECONDS);
        await().until(() -> next.getState() == Thread.State.WAITING);
        previous.close();

        try (Share share = opening.get(30, SECONDS)) {
            assertThat(share.core().engine().pool().settings().poolSize()).isEqualTo(7);
            previous.close();
            assertThat(isClosed(share.core().engine())).isFalse();
        }
        assertThat(held.toCompletableFuture().get(30, SECONDS)).isTrue();
    }

    @Test
    void aCoreThatFailedToOpenDoesNotPreventTheNext() {
        Core.Config config = config(PoolSettings.DEFAULT);
        assertThatThrownBy(() -> Core.open(config, () -> Commands.DEFAULT, core -> {
                    exported.add(core);
                    throw new IllegalArgumentException("on purpose");
                }))
                .hasMessage("on purpose");
        assertThat(isClosed(exported.get(0).engine())).isTrue();
        try (Share share = open(PoolSettings.DEFAULT)) {
            assertThat(isClosed(share.core().engine())).isFalse();
        }
    }

    private Share open(PoolSettings pool) {
        return Core.open(config(pool), () -> Commands.DEFAULT, core -> {
            exported.add(core);
            return () -> withdrawn.add(core);
        });
    }

    private Core.Config config(PoolSettings pool) {
        return new Core.Config(
                new DatabaseConfig(target, pool, "core-test"),
                DiagnosisConfig.DEFAULT,
                IncidentsConfig.DEFAULT,
                CapacityConfig.DEFAULT);
    }

    private static boolean isClosed(DatabaseEngine engine) {
        engine.awaitFirstAttempt(Duration.ofSeconds(30));
        return engine.call(CALLER, handle -> 1)
                .handle((answer, failure) -> failure != null)
                .toCompletableFuture()
                .join();
    }

    private static boolean awaitUninterrupted(CountDownLatch latch) {
        try {
            return latch.await(1, java.util.concurrent.TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            return false;
        }
    }
}
