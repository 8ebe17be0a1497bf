package app.rodmena.auth.metrics;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.LongAdder;

/** The sum of the numbers of the last minute, in the slices of {@link SlidingWindowHistogram}. Thread-safe. */
final class SlidingWindowSum implements SlidingWindow {
    private final LongAdder current = new LongAdder();

    /** Guarded by this. */
    private final Deque<Long> past = new ArrayDeque<>();

    void add(long number) {
        current.add(number);
    }

    synchronized long sum() {
        return current.sum() + past.stream().mapToLong(Long::longValue).sum();
    }

    @Override
    public synchronized void rotate() {
        past.addFirst(current.sumThenReset());
        if (past.size() > SlidingWindowHistogram.PERCENTILE_SLICES) {
            past.removeLast();
        }
    }

    @Override
    public synchronized void reset() {
        past.clear();
        current.reset();
    }
}
