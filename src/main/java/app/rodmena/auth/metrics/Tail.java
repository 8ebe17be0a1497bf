package app.rodmena.auth.metrics;

import java.time.Duration;

/**
 * How long something took, in short; zeros where it did not happen.
 *
 * @param count how often it happened
 * @param median half of them were shorter; like all that follow within 1.6 %
 * @param p99 99 % were shorter
 * @param most the longest
 */
public record Tail(long count, Duration median, Duration p99, Duration most) {
    static final Tail NONE = new Tail(0, Duration.ZERO, Duration.ZERO, Duration.ZERO);

    /** Of durations counted as {@link RecentTimes} does. */
    static Tail of(int[] buckets) {
        long count = 0;
        int last = 0;
        for (int i = 0; i < buckets.length; i++) {
            count += buckets[i];
            last = buckets[i] > 0 ? i : last;
        }
        return count == 0
                ? NONE
                : new Tail(count, at(buckets, count, 0.5), at(buckets, count, 0.99), RecentTimes.duration(last));
    }

    private static Duration at(int[] buckets, long count, double share) {
        long rank = (long) Math.ceil(share * count);
        int bucket = -1;
        for (long before = 0; before < rank; before += buckets[bucket]) {
            bucket++;
        }
        return RecentTimes.duration(bucket);
    }
}
