package app.rodmena.auth.metrics;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * How many durations there have been, sorted by bounds that never change: what can be added up over processes and
 * subtracted over time.
 *
 * @param counts how many were as long as each of the {@link #BOUNDS} or shorter, but longer than the one before it; and
 *     last, how many were longer than all
 * @param sum of all durations
 */
public record Distribution(List<Long> counts, Duration sum) {
    /** From a tenth of a millisecond to half a minute, two or three to a power of ten. */
    public static final List<Duration> BOUNDS = LongStream.of(
                    100,
                    250,
                    500,
                    1_000,
                    2_500,
                    5_000,
                    10_000,
                    25_000,
                    50_000,
                    100_000,
                    250_000,
                    500_000,
                    1_000_000,
                    2_500_000,
                    5_000_000,
                    10_000_000,
                    30_000_000)
            .mapToObj(micros -> Duration.ofNanos(micros * 1_000))
            .toList();

    /** The bounds, and what is beyond them. */
    static final int PLACES = BOUNDS.size() + 1;

    private static final long[] BOUND_NANOS =
            BOUNDS.stream().mapToLong(Duration::toNanos).toArray();

    public Distribution {
        counts = List.copyOf(counts);
    }

    static Distribution of(long[] counts, long sumNanos) {
        return new Distribution(Arrays.stream(counts).boxed().toList(), Duration.ofNanos(sumNanos));
    }

    /** Which of the counts a duration belongs to. */
    static int placeOf(long nanos) {
        int place = Arrays.binarySearch(BOUND_NANOS, nanos);
        return place < 0 ? -place - 1 : place;
    }

    /** How many there have been. */
    public long count() {
        return counts.stream().mapToLong(Long::longValue).sum();
    }
}
