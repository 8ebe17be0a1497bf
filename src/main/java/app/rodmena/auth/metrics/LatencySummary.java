package app.rodmena.auth.metrics;

import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.WireFormat;
import com.codahale.metrics.Snapshot;
import java.time.Duration;

/**
 * A summary of durations; zeros if there were none.
 *
 * @param count number of durations
 * @param median 50th percentile, of an even number the greater of the two; like all following values within 1.6 %
 * @param p99 99th percentile
 * @param max maximum
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
