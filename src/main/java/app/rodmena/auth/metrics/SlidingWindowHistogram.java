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
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

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

    /** The start of a slice of 10 s, and the number of durations before it. */
    private record Start(long nanos, long countBefore) {}

    /** Reads the durations since its last call. For one thread, which must read more often than every 10 s. */
    final class IntervalReader {
        private final int[] reported = new int[BUCKETS];
        private AtomicIntegerArray slice = current;

        LatencySummary sinceLast() {
            long[] counts = new long[BUCKETS];
            AtomicIntegerArray latest = current;
            if (latest != slice) {
                add(counts);
                Arrays.fill(reported, 0);
                slice = latest;
            }
            add(counts);
            return LatencySummary.of(sum(counts), snapshot(counts));
        }

        private void add(long[] counts) {
            for (int i = 0; i < BUCKETS; i++) {
                int count = slice.get(i);
                counts[i] += count - reported[i];
                reported[i] = count;
            }
        }
    }

    private final LongSupplier clock;
    private final LongAdder totalNanos = new LongAdder();
    /** The histograms of the last slices, except for the current one, the newest first. */
    private final Deque<AtomicIntegerArray> recentSlices = new ArrayDeque<>();

    /** Of the current slice and those before, the newest first. */
    private final Deque<Start> starts = new ArrayDeque<>();

    private volatile AtomicIntegerArray current = new AtomicIntegerArray(BUCKETS);

    /** The counts of all slices that are no longer recent. Guarded by this, like the field below. */
    private final long[] expired = new long[BUCKETS];

    /** The number of slices that have ended since the last reset, which percentiles and rates cover. */
    private int slicesSinceReset;

    /** @param clock a monotonic clock in nanoseconds, such as {@link System#nanoTime} */
    SlidingWindowHistogram(LongSupplier clock) {
        this.clock = clock;
        starts.add(new Start(clock.getAsLong(), 0));
    }

    @Override
    public void update(long nanos) {
        current.getAndIncrement(bucketOf(nanos));
        totalNanos.add(nanos);
    }

    /** The sum of all durations since start, in nanoseconds. */
    long totalNanos() {
        return totalNanos.sum();
    }

    /** Starts the next slice. */
    synchronized void rotate() {
        recentSlices.addFirst(current);
        current = new AtomicIntegerArray(BUCKETS);
        if (recentSlices.size() > PERCENTILE_SLICES) {
            add(recentSlices.removeLast(), expired);
        }
        starts.addFirst(new Start(clock.getAsLong(), sum(countsSinceStart())));
        if (starts.size() > RATE_SLICES + 1) {
            starts.removeLast();
        }
        slicesSinceReset++;
    }

    /** Percentiles and rates start again. The slices before are kept: a concurrent recording may still add to them. */
    synchronized void reset() {
        rotate();
        slicesSinceReset = 0;
    }

    /** All durations since start, unaffected by resets. */
    synchronized Distribution sinceStart() {
        long[] counts = countsSinceStart();
        long[] byBound = new long[Distribution.BUCKETS];
        for (int i = 0; i < BUCKETS; i++) {
            byBound[Distribution.bucketOf(midpointOf(i))] += counts[i];
        }
        return Distribution.of(byBound, totalNanos());
    }

    /** Durations per second over the given time, or since the start or last reset if that is shorter. */
    synchronized double rate(Duration period) {
        long now = clock.getAsLong();
        Start since = starts.stream()
                .limit(slicesSinceReset + 1L)
                .skip(1)
                .filter(start -> now - start.nanos <= period.toNanos())
                .reduce((newer, older) -> older)
                .orElse(starts.getFirst());
        long count = sum(countsSinceStart()) - since.countBefore;
        return count == 0 ? 0 : count * 1e9 / Math.max(now - since.nanos, 1);
    }

    private long[] countsSinceStart() {
        long[] counts = expired.clone();
        recentSlices.forEach(slice -> add(slice, counts));
        add(current, counts);
        return counts;
    }

    /** The counts of the last minute, or since the last reset if that is shorter. */
    private long[] recentCounts() {
        long[] counts = new long[BUCKETS];
        add(current, counts);
        recentSlices.stream().limit(slicesSinceReset).forEach(slice -> add(slice, counts));
        return counts;
    }

    private static void add(AtomicIntegerArray slice, long[] counts) {
        for (int i = 0; i < BUCKETS; i++) {
            counts[i] += slice.get(i);
        }
    }

    private static long sum(long[] counts) {
        return Arrays.stream(counts).sum();
    }

    @Override
    public synchronized Snapshot getSnapshot() {
        return snapshot(recentCounts());
    }

    private static Snapshot snapshot(long[] counts) {
        return new WeightedSnapshot(IntStream.range(0, BUCKETS)
                .filter(bucket -> counts[bucket] > 0)
                .mapToObj(bucket -> new WeightedSample(midpointOf(bucket), counts[bucket]))
                .toList());
    }

    @Override
    public synchronized int size() {
        return (int) Math.min(Integer.MAX_VALUE, sum(recentCounts()));
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

    /** The representative duration of a bucket in nanoseconds, within 1.6 % of all durations in it. */
    static long midpointOf(int bucket) {
        if (bucket < SUB_BUCKETS) {
            return bucket;
        }
        int shift = bucket / SUB_BUCKETS - 1;
        long lowerBound = (long) (bucket - SUB_BUCKETS * shift) << shift;
        return lowerBound + (1L << shift) / 2;
    }
}
