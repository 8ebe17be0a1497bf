package app.rodmena.auth.metrics;

import com.codahale.metrics.Meter;
import java.time.Duration;

/**
 * A meter that reads its rates from a {@link SlidingWindowHistogram}; its {@code mark} methods do nothing because the
 * durations are already counted there.
 */
final class SlidingWindowRate extends Meter {
    private final SlidingWindowHistogram times;

    SlidingWindowRate(SlidingWindowHistogram times) {
        this.times = times;
    }

    @Override
    public void mark() {}

    @Override
    public void mark(long n) {}

    @Override
    public double getOneMinuteRate() {
        return times.rate(Duration.ofMinutes(1));
    }

    @Override
    public double getFiveMinuteRate() {
        return times.rate(Duration.ofMinutes(5));
    }

    @Override
    public double getFifteenMinuteRate() {
        return times.rate(Duration.ofMinutes(15));
    }
}
