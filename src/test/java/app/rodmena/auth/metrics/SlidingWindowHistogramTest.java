package app.rodmena.auth.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.codahale.metrics.Snapshot;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SlidingWindowHistogramTest {
    private final AtomicLong clock = new AtomicLong();
    private final SlidingWindowHistogram times = new SlidingWindowHistogram(clock::get);

    @Test
    void everyDurationIsAccurateToOnePointSixPercent() {
        Random random = new Random(7);
        for (int i = 0; i < 100_000; i++) {
            long nanos = random.nextLong() >>> (22 + random.nextInt(42));
            long reported = SlidingWindowHistogram.midpointOf(SlidingWindowHistogram.bucketOf(nanos));
            assertThat(reported).as("%d ns", nanos).isCloseTo(nanos, within(nanos / 64 + 1));
        }
    }

    @Test
    void durationsAboveAnHourCountAsTheLongest() {
        times.update(Duration.ofDays(3).toNanos());
        times.update(-1);
        assertThat(times.size()).isEqualTo(2);
        assertThat(times.getSnapshot().getMax())
                .isGreaterThan(Duration.ofHours(1).toNanos());
        assertThat(times.getSnapshot().getMin()).isZero();
    }

    @Test
    void percentilesUseAllValues() {
        for (int i = 1; i <= 10_000; i++) {
            times.update(i * 1_000L);
        }
        Snapshot snapshot = times.getSnapshot();
        assertThat(snapshot.getMedian()).isCloseTo(5_000_000, within(5_000_000 / 60.0));
        assertThat(snapshot.get99thPercentile()).isCloseTo(9_900_000, within(9_900_000 / 60.0));
        assertThat(snapshot.getMax()).isCloseTo(10_000_000L, within(10_000_000L / 60));
    }

    @Test
    void aSingleSlowValueAmongMillionsIsVisible() {
        IntStream.range(0, 2_000_000).forEach(i -> times.update(100_000));
        times.update(Duration.ofSeconds(29).toNanos());
        assertThat(times.getSnapshot().getMax())
                .isGreaterThan(Duration.ofSeconds(28).toNanos());
    }

    @Test
    void afterAMinuteOnlyTheTotalRemains() {
        times.update(5_000);
        pass(6);
        assertThat(times.size()).isEqualTo(1);
        pass(1);
        assertThat(times.size()).isZero();
        assertThat(times.getSnapshot().getMax()).isZero();
        assertThat(times.totalNanos()).isEqualTo(5_000);
    }

    @Test
    void ratesAreAveragesOverTheirPeriod() {
        for (int slice = 0; slice < 18; slice++) { // 3 minutes of 20 per second, then 3 of nothing
            IntStream.range(0, 200).forEach(i -> times.update(1));
            pass(1);
        }
        assertThat(times.rate(Duration.ofMinutes(1))).isEqualTo(20);
        assertThat(times.rate(Duration.ofMinutes(5))).isEqualTo(20);
        pass(18);
        assertThat(times.rate(Duration.ofMinutes(1))).isZero();
        assertThat(times.rate(Duration.ofMinutes(5))).isEqualTo(8);
        assertThat(times.rate(Duration.ofMinutes(15))).isEqualTo(10);
        pass(90);
        assertThat(times.rate(Duration.ofMinutes(15))).isZero();
    }

    @Test
    void concurrentRecordingAndRotationLoseNoValue() {
        CompletableFuture<?>[] recording = IntStream.range(0, 4)
                .mapToObj(thread -> CompletableFuture.runAsync(
                        () -> IntStream.range(0, 250_000).forEach(i -> times.update(i))))
                .toArray(CompletableFuture[]::new);
        pass(3);
        CompletableFuture.allOf(recording).join();
        assertThat(times.size()).isEqualTo(1_000_000);
    }

    private void pass(int slices) {
        for (int i = 0; i < slices; i++) {
            clock.addAndGet(SlidingWindowHistogram.SLICE.toNanos());
            times.rotate();
        }
    }

    @Test
    void afterAResetOnlyLaterSlicesCount() {
        times.update(Duration.ofSeconds(9).toNanos());
        pass(3);
        times.reset();
        pass(2);
        times.update(5_000);
        pass(2);

        assertThat(times.size()).isEqualTo(1);
        assertThat(times.getSnapshot().getMax()).isLessThan(6_000);
        assertThat(times.rate(Duration.ofMinutes(15))).isCloseTo(1 / 40.0, within(0.001));

        pass(6);
        assertThat(times.size()).isZero();
        assertThat(times.rate(Duration.ofMinutes(15))).isCloseTo(1 / 100.0, within(0.001));
    }

    @Test
    void totalsSurviveTheWindowAndAReset() {
        times.update(Duration.ofMillis(3).toNanos());
        pass(8);
        times.update(Duration.ofMillis(3).toNanos());
        times.update(Duration.ofSeconds(90).toNanos());
        times.reset();
        times.update(Duration.ofNanos(1).toNanos());

        Distribution before = times.sinceStart();
        assertThat(before.count()).isEqualTo(4);
        assertThat(before.counts().get(Distribution.BOUNDS.indexOf(Duration.ofMillis(5))))
                .isEqualTo(2);
        assertThat(before.counts().get(0)).isEqualTo(1);
        assertThat(before.counts().get(Distribution.BOUNDS.size())).isEqualTo(1);
        assertThat(before.sum()).isBetween(Duration.ofSeconds(90), Duration.ofSeconds(91));

        pass(9);
        assertThat(times.sinceStart()).isEqualTo(before);
    }
}
