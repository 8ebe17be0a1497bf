package app.rodmena.auth.metrics;

import com.codahale.metrics.Clock;
import com.codahale.metrics.Histogram;
import com.codahale.metrics.Meter;
import com.codahale.metrics.Snapshot;
import com.codahale.metrics.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/** Records one kind of duration and provides its statistics. Thread-safe. */
public final class TimingRecorder implements SlidingWindow {
    /** The totals at start or at the last reset; {@link #statistics} subtracts them. */
    private record Baseline(Instant time, long count, long totalNanos) {}

    private final SlidingWindowHistogram recent = new SlidingWindowHistogram(System::nanoTime);
    private final Timer timer = new Timer(new SlidingWindowRate(recent), new Histogram(recent), Clock.defaultClock());
    private volatile Baseline baseline = new Baseline(Instant.now(), 0, 0);

    TimingRecorder() {}

    void record(Duration took) {
        timer.update(took.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** The timer to register. */
    Timer timer() {
        return timer;
    }

    SlidingWindowHistogram.IntervalReader newReader() {
        return recent.new IntervalReader();
    }

    @Override
    public void rotate() {
        recent.rotate();
    }

    @Override
    public void reset() {
        baseline = new Baseline(Instant.now(), timer.getCount(), recent.totalNanos());
        recent.reset();
    }

    /** All durations since start, unaffected by resets. */
    public Distribution sinceStart() {
        return recent.sinceStart();
    }

    /** Mean and variation of the durations of the last minute. */
    public DurationStats lastMinute() {
        Snapshot snapshot = timer.getSnapshot();
        double mean = snapshot.getMean();
        double deviation = snapshot.getStdDev();
        return new DurationStats(
                recent.size(),
                timer.getOneMinuteRate(),
                nanos(mean),
                mean == 0 ? 0 : deviation * deviation / (mean * mean));
    }

    public TimingStatistics statistics() {
        Baseline from = baseline;
        long count = timer.getCount() - from.count;
        long totalNanos = recent.totalNanos() - from.totalNanos;
        Snapshot snapshot = timer.getSnapshot();
        return new TimingStatistics(
                from.time,
                count,
                Duration.ofNanos(totalNanos),
                Duration.ofNanos(count == 0 ? 0 : totalNanos / count),
                timer.getOneMinuteRate(),
                timer.getFiveMinuteRate(),
                timer.getFifteenMinuteRate(),
                Duration.ofNanos(snapshot.getMin()),
                nanos(snapshot.getMedian()),
                nanos(snapshot.get75thPercentile()),
                nanos(snapshot.get95thPercentile()),
                nanos(snapshot.get99thPercentile()),
                nanos(snapshot.get999thPercentile()),
                Duration.ofNanos(snapshot.getMax()));
    }

    private static Duration nanos(double nanos) {
        return Duration.ofNanos((long) nanos);
    }

    /**
     * A meter that reads its rates from a {@link SlidingWindowHistogram}; {@code mark} does nothing because the
     * durations are already counted there.
     */
    private static final class SlidingWindowRate extends Meter {
        private final SlidingWindowHistogram times;

        SlidingWindowRate(SlidingWindowHistogram times) {
            this.times = times;
        }

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

    /**
     * Count, rate, mean and variation of the durations of the last minute.
     *
     * @param mean their mean, within 1.6 %; zero if there were none
     * @param variation their squared coefficient of variation, variance / mean²: 0 for constant durations, 1 for
     *     exponentially distributed ones
     */
    public record DurationStats(long count, double perSecond, Duration mean, double variation) {}
}
