package app.rodmena.auth.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OverloadTest {
    private static final long TARGET = Duration.ofMillis(10).toNanos();

    /** {@link System#nanoTime} may be negative, and may overflow. */
    @ParameterizedTest
    @ValueSource(longs = {0, -1, -1_000_000_000_000L, Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE - 150_000_000})
    void theStateChangesAfterEachIntervalForEveryOriginOfTheClock(long start) {
        Overload overload = new Overload(start);
        overload.setTarget(Optional.of(Duration.ofNanos(TARGET)));
        long now = start + Overload.INTERVAL_NANOS / 2;
        overload.admitted(20, 3 * TARGET);
        overload.admitted(30, 2 * TARGET);
        overload.update(now);
        assertThat(overload.isOverloaded()).as("before the end of the interval").isFalse();
        assertThat(overload.nanosToUpdate(now)).isEqualTo(Overload.INTERVAL_NANOS / 2);

        now += Overload.INTERVAL_NANOS / 2;
        overload.update(now);
        assertThat(overload.isOverloaded()).isTrue();
        assertThat(overload.isExcessive(TARGET)).isFalse();
        assertThat(overload.isExcessive(TARGET + 1)).isTrue();
        assertThat(overload.retryAfterSeconds(1_000)).as("50 in 100 ms").isEqualTo(2);

        now += Overload.INTERVAL_NANOS;
        overload.update(now);
        assertThat(overload.isOverloaded()).as("without an admission").isTrue();

        overload.admitted(1, TARGET);
        overload.update(now + Overload.INTERVAL_NANOS);
        assertThat(overload.isOverloaded()).isFalse();
    }
}
