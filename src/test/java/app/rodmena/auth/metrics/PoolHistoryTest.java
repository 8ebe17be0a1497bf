package app.rodmena.auth.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.database.DatabaseConfig;
import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.metrics.PoolHistory.LatencySummary;
import app.rodmena.auth.metrics.PoolHistory.PoolSecond;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.testing.MigratedDatabase;
import app.rodmena.auth.testing.ReadyEngine;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PoolHistoryTest {
    private static final Instant START = Instant.parse("2026-11-23T15:34:00Z");

    private final DatabaseEngine engine = ReadyEngine.open(new DatabaseConfig(
            MigratedDatabase.fresh(),
            PoolSettings.DEFAULT.withSize(2, 1).with(draft -> draft.poolTimeout = Duration.ofMillis(200)),
            "history-test"));
    private final Metrics metrics = new Metrics(engine);

    @AfterEach
    void close() {
        metrics.close();
        engine.close();
    }

    @Test
    void aSecondHasItsEventsAndFinalNumbers() {
        PoolHistory history =
                await().until(this::recordABusySecond, Optional::isPresent).orElseThrow();
        PoolSecond busy = history.seconds().get(1);
        assertThat(busy.time()).isEqualTo(START);
        assertThat(busy.peakCheckedOut()).isEqualTo(3);
        assertThat(busy.checkouts()).isEqualTo(3);
        assertThat(busy.timeouts()).isEqualTo(1);
        assertThat(busy.rejections()).isZero();
        assertThat(busy.refused()).isEqualTo(1);
        assertThat(busy.uses().count()).isEqualTo(3);
        assertThat(busy.uses().median()).isBetween(Duration.ofMillis(393), Duration.ofSeconds(5));
        assertThat(busy.waits().count()).isEqualTo(4);
        assertThat(busy.waits().max()).isGreaterThanOrEqualTo(Duration.ofMillis(196));
        assertThat(busy.numbers().checkedOut()).isZero();
        assertThat(busy.checkoutsPerSecond()).isPositive();

        history.recordSecond(START.plusSeconds(1));
        PoolSecond quiet = history.seconds().get(2);
        assertThat(quiet.checkouts()).isZero();
        assertThat(quiet.timeouts()).isZero();
        assertThat(quiet.peakCheckedOut()).isZero();
        assertThat(quiet.waits()).isEqualTo(LatencySummary.NONE);
    }

    /**
     * Records three checkouts and a timeout. Empty if the machine was too slow: a call got no connection in time, or a
     * second ended meanwhile, and the process's own history has read the peak.
     */
    private Optional<PoolHistory> recordABusySecond() {
        Instant second = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        PoolHistory history = new PoolHistory(engine, metrics.pool());
        history.recordSecond(START.minusSeconds(1)); // The counts of former attempts end here.
        List<? extends CompletionStage<?>> calls =
                IntStream.range(0, 3).mapToObj(i -> sleep(0.4)).toList();
        CompletionStage<?> tooLate = sleep(0.1);
        // Waits for all calls, also after a failed one: none may end in the next attempt.
        long failed = calls.stream().filter(PoolHistoryTest::fails).count();
        boolean isBusy = fails(tooLate) && failed == 0;
        await().until(() -> engine.pool().snapshot().checkedOut() == 0);
        history.recordSecond(START);
        return Optional.of(history)
                .filter(recorded ->
                        isBusy && Instant.now().truncatedTo(ChronoUnit.SECONDS).equals(second));
    }

    private static boolean fails(CompletionStage<?> call) {
        return call.handle((rows, failure) -> failure != null)
                .toCompletableFuture()
                .join();
    }

    @Test
    void waitingCallersAtItsEndAreIncluded() {
        PoolHistory history = new PoolHistory(engine, metrics.pool());
        engine.pool().suspend();
        CompletionStage<?> waiting = sleep(0);
        history.recordSecond(START);
        engine.pool().resume();
        waiting.toCompletableFuture().join();
        assertThat(history.seconds().get(0).numbers().waiting()).isEqualTo(1);
        assertThat(history.seconds().get(0).oldestWait()).isPositive();
    }

    @Test
    void itKeepsFifteenMinutes() {
        PoolHistory history = new PoolHistory(engine, metrics.pool());
        IntStream.range(0, 1_000).forEach(second -> history.recordSecond(START.plusSeconds(second)));
        assertThat(history.seconds()).hasSize(900);
        assertThat(history.seconds().get(0).time()).isEqualTo(START.plusSeconds(100));
        assertThat(history.seconds().get(899).time()).isEqualTo(START.plusSeconds(999));
    }

    @Test
    void aSecondIsAddedEverySecond() {
        await().atMost(Duration.ofSeconds(10))
                .until(() -> metrics.history().seconds().size() >= 3);
        assertThat(metrics.history().seconds())
                .allSatisfy(second -> assertThat(second.span()).isLessThan(Duration.ofSeconds(5)));
    }

    private CompletionStage<?> sleep(double seconds) {
        return engine.call(
                CallContext.named("test"),
                handle -> handle.createQuery("select pg_sleep(:seconds)")
                        .bind("seconds", seconds)
                        .mapToMap()
                        .list());
    }
}
