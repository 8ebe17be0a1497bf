package app.rodmena.auth.metrics;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * A histogram of durations with fixed bounds. Because the bounds never change, histograms can be summed over processes
 * and subtracted over time.
 *
 * @param counts number of durations in each bucket: one bucket per upper bound (inclusive) in {@link #BOUNDS}, and a
 *     last one for longer durations
 * @param sum sum of all durations
 */
public record Distribution(List<Long> counts, Duration sum) {
    /** Upper bounds from 100 µs to 30 s, two or three per power of ten. */
    public static final List<Duration> BOUNDS = DoubleStream.of(
                    0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000)
            .mapToObj(millis -> Duration.ofNanos(Math.round(millis * 1e6)))
            .toList();

    static final int BUCKETS = BOUNDS.size() + 1;

    private static final long[] BOUND_NANOS =
            BOUNDS.stream().mapToLong(Duration::toNanos).toArray();

    public Distribution {
        counts = List.copyOf(counts);
    }

    static Distribution of(long[] counts, long sumNanos) {
        return new Distribution(Arrays.stream(counts).boxed().toList(), Duration.ofNanos(sumNanos));
    }

    /** The index of the bucket of a duration. */
    static int bucketOf(long nanos) {
        int bucket = Arrays.binarySearch(BOUND_NANOS, nanos);
        return bucket < 0 ? -bucket - 1 : bucket;
    }

    /** The number of durations. */
    public long count() {
        return counts.stream().mapToLong(Long::longValue).sum();
    }
}
