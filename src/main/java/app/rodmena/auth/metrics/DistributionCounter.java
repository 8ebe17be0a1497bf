package app.rodmena.auth.metrics;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/** Counts durations in the buckets of a {@link Distribution}. Thread-safe; a recording is two atomic additions. */
final class DistributionCounter {
    private final AtomicLongArray counts = new AtomicLongArray(Distribution.PLACES);
    private final LongAdder totalNanos = new LongAdder();

    void add(Duration took) {
        long nanos = took.toNanos();
        counts.getAndIncrement(Distribution.placeOf(nanos));
        totalNanos.add(nanos);
    }

    Distribution sinceStart() {
        long[] now = new long[Distribution.PLACES];
        for (int place = 0; place < now.length; place++) {
            now[place] = counts.get(place);
        }
        return Distribution.of(now, totalNanos.sum());
    }
}
