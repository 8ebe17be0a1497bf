package app.rodmena.auth.metrics;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/** Counts durations in the buckets of a {@link Distribution}. Thread-safe; a recording is two atomic additions. */
final class DistributionCounter {
    private final AtomicLongArray counts = new AtomicLongArray(Distribution.BUCKETS);
    private final LongAdder totalNanos = new LongAdder();

    void add(Duration took) {
        long nanos = took.toNanos();
        counts.getAndIncrement(Distribution.bucketOf(nanos));
        totalNanos.add(nanos);
    }

    Distribution sinceStart() {
        long[] now = new long[Distribution.BUCKETS];
        for (int bucket = 0; bucket < now.length; bucket++) {
            now[bucket] = counts.get(bucket);
        }
        return Distribution.of(now, totalNanos.sum());
    }
}
