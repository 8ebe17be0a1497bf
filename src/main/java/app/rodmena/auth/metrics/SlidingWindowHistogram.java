package app.rodmena.auth.metrics;

import app.rodmena.auth.metrics.PoolHistory.LatencySummary;
import com.codahale.metrics.Reservoir;
import com.codahale.metrics.Snapshot;
import com.codahale.metrics.WeightedSnapshot;
import com.codahale.metrics.WeightedSnapshot.WeightedSample;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Counts the durations of the last minute in a histogram, and their number per 10 s of the last 15 minutes.
 * Thread-safe; a recording is two atomic additions.
 *
 * <p>Every duration is counted, without sampling, so that a single slow one is visible. A bucket is at most 1/32 of its
 * lower bound wide, so that every reported value is within 1.6 %. The owner must call {@link #rotate} every 10 s:
 * reading a clock on each recording would cost more than the recording itself.
 *
 * <p>HdrHistogram's {@code Recorder} is not used: it adds the two atomic updates of its phaser and a total count to
 * each recording, twice per use of a connection, and has neither the rates nor the totals by fixed bounds.
 */
final class SlidingWindowHistogram implements Reservoir {
    static final Duration SLICE = Duration.ofSeconds(10);

    /** Percentiles cover one minute. */
    static final int PERCENTILE_SLICES = 6;

    /** Rates cover 15 minutes. */
    private static final int RATE_SLICES = 90;

    private static final int SUB_BITS = 5;
    private static final int SUB_BUCKETS = 1 << SUB_BITS;
    /** Covers durations up to 2^42 ns (73 minutes); longer ones are counted in the last bucket. */
    private static final int LARGEST_EXPONENT = 41;

    private static final int BUCKETS = SUB_BUCKETS * (LARGEST_EXPONENT - SUB_BITS + 2);

    /** A slice of 10 s with its histogram. */
    private record Slice(long startNanos, AtomicIntegerArray buckets) {
        Slice(long startNanos) {
            this(startNanos, new AtomicIntegerArray(BUCKETS));
        }

        long count() {
            long count = 0;
            for (int i = 0; i < BUCKETS; i++) {
                count += buckets.get(i);
            }
            return count;
        }

        PastSlice withoutBuckets() {
            return new PastSlice(startNanos, count());
        }

        void addTo(long[] counts) {
            for (int i = 0; i < BUCKETS; i++) {
                counts[i] += buckets.get(i);
            }
        }
    }

    /** A slice of 10 s with its count only. */
    private record PastSlice(long startNanos, long count) {}

    /** Reads the durations since its last call. For one thread, which must read more often than every 10 s. */
    final class IntervalReader {
        private final int[] reported = new int[BUCKETS];
        private Slice slice = current;

        LatencySummary sinceLast() {
            long[] counts = new long[BUCKETS];
            Slice latest = current;
            if (latest.buckets != slice.buckets) {
                add(counts);
                Arrays.fill(reported, 0);
                slice = latest;
            }
            add(counts);
            return LatencySummary.of(Arrays.stream(counts).sum(), snapshot(counts));
        }

        private void add(long[] counts) {
            for (int i = 0; i < BUCKETS; i++) {
                int count = slice.buckets.get(i);
                counts[i] += count - reported[i];
                reported[i] = count;
            }
        }
    }

    private final LongSupplier clock;
    private final LongAdder totalNanos = new LongAdder();
    private final Deque<Slice> recentSlices = new ArrayDeque<>();
    private final Deque<PastSlice> pastSlices = new ArrayDeque<>();
    private volatile Slice current;

    /** The counts of all slices that are no longer recent. Guarded by this, like the field below. */
    private final long[] expired = new long[BUCKETS];

    /** The number of slices that have ended since the last reset, which percentiles and rates cover. */
    private int slicesSinceReset;

    /** @param clock a monotonic clock in nanoseconds, such as {@link System#nanoTime} */
    SlidingWindowHistogram(LongSupplier clock) {
        this.clock = clock;
        current = new Slice(clock.getAsLong());
    }

    @Override
    public void update(long nanos) {
        current.buckets.getAndIncrement(bucketOf(nanos));
        totalNanos.add(nanos);
    }

    /** The sum of all durations since start, in nanoseconds. */
    long totalNanos() {
        return totalNanos.sum();
    }

    /** Starts the next slice. */
    synchronized void rotate() {
        recentSlices.addFirst(current);
        current = new Slice(clock.getAsLong());
        slicesSinceReset++;
        if (recentSlices.size() > PERCENTILE_SLICES) {
            Slice old = recentSlices.removeLast();
            old.addTo(expired);
            pastSlices.addFirst(old.withoutBuckets());
        }
        if (recentSlices.size() + pastSlices.size() > RATE_SLICES) {
            pastSlices.removeLast();
        }
    }

    /** Percentiles and rates start again. The slices before are kept: a concurrent recording may still add to them. */
    synchronized void reset() {
        rotate();
        slicesSinceReset = 0;
    }

    /** All durations since start, unaffected by resets. */
    synchronized Distribution sinceStart() {
        long[] counts = expired.clone();
        recentSlices.forEach(slice -> slice.addTo(counts));
        current.addTo(counts);
        long[] byBound = new long[Distribution.BUCKETS];
        for (int i = 0; i < BUCKETS; i++) {
            byBound[Distribution.bucketOf(midpointOf(i))] += counts[i];
        }
        return Distribution.of(byBound, totalNanos());
    }

    /** Durations per second over the given time, or since the start or last reset if that is shorter. */
    synchronized double rate(Duration period) {
        long now = clock.getAsLong();
        List<PastSlice> covered = Stream.concat(recent().map(Slice::withoutBuckets), pastSlices.stream())
                .limit(slicesSinceReset)
                .filter(slice -> now - slice.startNanos <= period.toNanos())
                .toList();
        long since = covered.isEmpty() ? current.startNanos : covered.get(covered.size() - 1).startNanos;
        long count =
                current.count() + covered.stream().mapToLong(PastSlice::count).sum();
        return count == 0 ? 0 : count * 1e9 / Math.max(now - since, 1);
    }

    @Override
    public synchronized Snapshot getSnapshot() {
        long[] counts = new long[BUCKETS];
        current.addTo(counts);
        recent().forEach(slice -> slice.addTo(counts));
        return snapshot(counts);
    }

    /** The slices of the last minute since the last reset, except for the current one. */
    private Stream<Slice> recent() {
        return recentSlices.stream().limit(slicesSinceReset);
    }

    private static Snapshot snapshot(long[] counts) {
        return new WeightedSnapshot(IntStream.range(0, BUCKETS)
                .filter(bucket -> counts[bucket] > 0)
                .mapToObj(bucket -> new WeightedSample(midpointOf(bucket), counts[bucket]))
                .toList());
    }

    @Override
    public synchronized int size() {
        long count = current.count() + recent().mapToLong(Slice::count).sum();
        return (int) Math.min(Integer.MAX_VALUE, count);
    }

    static int bucketOf(long nanos) {
        if (nanos < SUB_BUCKETS) {
            return (int) Math.max(0, nanos);
        }
        int exponent = Long.SIZE - 1 - Long.numberOfLeadingZeros(nanos);
        if (exponent > LARGEST_EXPONENT) {
            return BUCKETS - 1;
        }
        int shift = exponent - SUB_BITS;
        return SUB_BUCKETS * shift + (int) (nanos >>> shift);
    }

    /** The representative duration of a bucket, within 1.6 % of all durations in it. */
    static Duration duration(int bucket) {
        return Duration.ofNanos(midpointOf(bucket));
    }

    static long midpointOf(int bucket) {
        if (bucket < SUB_BUCKETS) {
            return bucket;
        }
        int shift = bucket / SUB_BUCKETS - 1;
        long lowerBound = (long) (bucket - SUB_BUCKETS * shift) << shift;
        return lowerBound + (1L << shift) / 2;
    }
}
