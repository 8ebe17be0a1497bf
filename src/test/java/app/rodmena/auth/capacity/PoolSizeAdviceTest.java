package app.rodmena.auth.capacity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import app.rodmena.auth.capacity.PoolSizeAdvice.WorkloadSample;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PoolSizeAdviceTest {
    private static final Duration TARGET = Duration.ofMillis(10);

    @Test
    void theAdviceNamesTheCurrentSizeTheMinimumAndTheSaturation() {
        PoolSizeAdvice advice = PoolSizeAdvice.of(evidence(410, 1, 1), 10, TARGET);

        assertThat(advice.offeredLoad()).isCloseTo(1.0, withPercentage(1));
        assertThat(advice.minPoolSize()).hasValue(2);
        assertThat(advice.saturation()).isCloseTo(4_100, withPercentage(1));
        assertThat(advice.maxPerSecond()).isBetween(3_500.0, 4_100.0);
        assertThat(advice.toText())
                .startsWith(
                        "The maximum is 10; at the load of the last minute (410 checkouts/s of 2.44 ms, 1.0 in use on average) 2 are enough")
                .contains("10 saturate at 4,100 requests/s")
                .doesNotContain("batching");
    }

    @Test
    void withBatchingTheAdviceIsAboutCheckouts() {
        PoolSizeAdvice advice = PoolSizeAdvice.of(evidence(410, 2.5, 1), 10, TARGET);

        assertThat(advice.minPoolSize()).hasValue(2);
        assertThat(advice.saturation()).isCloseTo(4_100, withPercentage(1));
        assertThat(advice.toText())
                .contains("10 saturate at 4,100 checkouts/s")
                .contains("One checkout answers 2.5 requests now (batching)");
    }

    @Test
    void variableUsesNeedMoreConnections() {
        int alike = PoolSizeAdvice.of(evidence(3_000, 1, 0), 10, TARGET)
                .minPoolSize()
                .orElseThrow();
        int varied = PoolSizeAdvice.of(evidence(3_000, 1, 30), 10, TARGET)
                .minPoolSize()
                .orElseThrow();

        assertThat(varied).isGreaterThan(alike);
    }

    @Test
    void anOverloadHasNoExpectedWait() {
        PoolSizeAdvice advice = PoolSizeAdvice.of(evidence(5_000, 1, 1), 10, TARGET);

        assertThat(advice.expected().utilisation()).isGreaterThan(1);
        assertThat(advice.expected().meanWait()).isEmpty();
        assertThat(advice.minPoolSize().orElseThrow()).isGreaterThan(12);
    }

    @Test
    void contradictoryWaitsGiveNoSize() {
        Duration measured = Duration.ofMillis(415);
        WorkloadSample stuck =
                new WorkloadSample(410, Duration.ofNanos(2_439_024), 1, 1, Duration.ofMillis(20), measured);

        PoolSizeAdvice advice = PoolSizeAdvice.of(stuck, 10, TARGET);

        assertThat(advice.minPoolSize()).isEmpty();
        assertThat(advice.toText()).contains("415 ms").doesNotContain("enough");
    }

    private static WorkloadSample evidence(double checkoutsPerSecond, double requestsPerCheckout, double variation) {
        return new WorkloadSample(
                checkoutsPerSecond,
                Duration.ofNanos(2_439_024),
                variation,
                requestsPerCheckout,
                Duration.ZERO,
                Duration.ZERO);
    }
}
