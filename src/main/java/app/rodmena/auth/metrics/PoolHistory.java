package app.rodmena.auth.metrics;

import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.pool.PoolSnapshot;
import app.rodmena.auth.pool.PoolView;
import app.rodmena.auth.pool.event.PoolEventKind;
import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.Flatten;
import app.rodmena.auth.schema.WireFormat;
import com.codahale.metrics.Snapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The history of the pool per second for the last 15 minutes, to show the state before an incident. Thread-safe. Reads
 * existing counters once a second, so that recording adds no cost to checkouts.
 */
public final class PoolHistory {
    /** The maximum age of a second in the history. */
    public static final Duration RETENTION = Duration.ofMinutes(15);

    /** A second that took so long shows that the process did not run; a busy machine delays it by less. */
    private static final Duration PAUSED_SECOND = Duration.ofSeconds(4);

    private static final Logger LOG = LoggerFactory.getLogger("auth.metrics");

    private final DatabaseEngine engine;
    private final SlidingWindowHistogram.IntervalReader waits;
    private final SlidingWindowHistogram.IntervalReader uses;
    private final Deque<PoolSecond> seconds = new ArrayDeque<>();
    private Counters previous;

    /** Totals that never decrease. */
    private record Counters(long nanos, long checkouts, long timeouts, long rejections, long refused) {}

    PoolHistory(DatabaseEngine engine, PoolTimes times) {
        this.engine = engine;
        this.waits = times.waitRecorder().newReader();
        this.uses = times.useRecorder().newReader();
        this.previous = readCounters();
    }

    /** All seconds in the history, oldest first. */
    public synchronized List<PoolSecond> seconds() {
        return List.copyOf(seconds);
    }

    /** The latest second; empty before the first. */
    public synchronized Optional<PoolSecond> latest() {
        return Optional.ofNullable(seconds.peekLast());
    }

    /**
     * The latest second in which the process did not run, because it was stopped, collected garbage or had no CPU;
     * empty if there is none in the history.
     */
    public synchronized Optional<PoolSecond> latestPause() {
        return seconds.stream().filter(PoolHistory::isPause).reduce((first, second) -> second);
    }

    private static boolean isPause(PoolSecond second) {
        return second.span().compareTo(PAUSED_SECOND) >= 0;
    }

    /** Adds the second that ends now, and removes the oldest one if the history is full. */
    synchronized void recordSecond(Instant now) {
        PoolView view = engine.pool().view();
        Counters counters = readCounters();
        seconds.addLast(new PoolSecond(
                now,
                Duration.ofNanos(counters.nanos - previous.nanos),
                view.numbers(),
                engine.pool().peakSinceLast(),
                view.oldestWait(),
                engine.pool().longestUse(),
                counters.checkouts - previous.checkouts,
                counters.timeouts - previous.timeouts,
                counters.rejections - previous.rejections,
                counters.refused - previous.refused,
                waits.sinceLast(),
                uses.sinceLast()));
        previous = counters;
        if (isPause(seconds.getLast())) {
            LOG.warn("{}", seconds.getLast().pauseText());
        }
        if (seconds.size() > RETENTION.toSeconds()) {
            seconds.removeFirst();
        }
    }

    private Counters readCounters() {
        return new Counters(
                System.nanoTime(),
                engine.events().count(PoolEventKind.CHECKOUT),
                engine.events().count(PoolEventKind.TIMEOUT),
                engine.events().count(PoolEventKind.REJECTED),
                engine.pool().outcomes().refused());
    }

    /**
     * A summary of durations; zeros if there were none.
     *
     * @param median 50th percentile, of an even number the greater of the two; like all following values within 1.6 %
     */
    public record LatencySummary(
            @Description(name = "%ss", value = "Number of durations", unit = "times")
            long count,

            Duration median,
            Duration p99,
            Duration max) {
        static final LatencySummary NONE = new LatencySummary(0, Duration.ZERO, Duration.ZERO, Duration.ZERO);

        static LatencySummary of(long count, Snapshot snapshot) {
            return count == 0
                    ? NONE
                    : new LatencySummary(
                            count,
                            Duration.ofNanos((long) snapshot.getMedian()),
                            Duration.ofNanos((long) snapshot.get99thPercentile()),
                            Duration.ofNanos(snapshot.getMax()));
        }

        @Description(name = "%sP50Millis", value = "Median; null if there were none", unit = "milliseconds")
        public Double medianMillis() {
            return millis(median);
        }

        @Description(name = "%sP99Millis", value = "99th percentile; null if there were none", unit = "milliseconds")
        public Double p99Millis() {
            return millis(p99);
        }

        @Description(name = "%sMostMillis", value = "Maximum; null if there were none", unit = "milliseconds")
        public Double maxMillis() {
            return millis(max);
        }

        private Double millis(Duration duration) {
            return count == 0 ? null : WireFormat.millis(duration);
        }
    }

    @Description("One second of the pool")
    public record PoolSecond(
            @Description("End of the second, in UTC") Instant time,

            @Description("One second, or more if the process was delayed")
            Duration span,

            @Flatten PoolSnapshot numbers,

            @Description(value = "Maximum of the connections in use at one time", unit = "connections")
            int peakCheckedOut,

            @Description("Longest current wait at the end") Duration oldestWait,

            @Description("Longest current use of a connection at the end")
            Duration oldestUse,

            @Description(value = "Checkouts", unit = "times")
            long checkouts,

            @Description(value = "Waits that ended without a connection", unit = "callers")
            long timeouts,

            @Description(value = "Callers refused because of max_waiting", unit = "callers")
            long rejections,

            @Description(value = "Callers refused for any reason, except those that cancelled", unit = "callers")
            long refused,

            @Flatten("wait") LatencySummary waits,

            @Flatten("use") LatencySummary uses) {
        /** For example {@code this process did not run for at least 7.0 s until …}. */
        public String pauseText() {
            return "this process did not run for at least %s s until %s: it was stopped, collected garbage, or had no CPU"
                    .formatted(Math.floor((span.toMillis() - 1_000) / 100.0) / 10, WireFormat.time(time));
        }

        /**
         * Whether all connections were in use at a time, and callers waited more than twice as long for one as they
         * used it.
         */
        public boolean isSaturated() {
            return peakCheckedOut >= numbers.maximum() && waits.median.compareTo(uses.median.multipliedBy(2)) > 0;
        }

        @Description(value = "Rate of checkouts", unit = "checkouts per second")
        public double checkoutsPerSecond() {
            return span.isZero() ? 0 : checkouts * 1e9 / span.toNanos();
        }
    }
}
