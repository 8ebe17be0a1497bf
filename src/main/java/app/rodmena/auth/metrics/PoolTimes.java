package app.rodmena.auth.metrics;

import app.rodmena.auth.pool.event.PoolEvent;
import app.rodmena.auth.pool.event.PoolListener;
import app.rodmena.auth.pool.event.RefusalReason;
import com.codahale.metrics.MetricRegistry;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/** Measures the waits of callers, the uses of connections and the time to open a connection. Thread-safe. */
public final class PoolTimes implements PoolListener {
    private final TimingRecorder waits = new TimingRecorder();
    private final TimingRecorder uses = new TimingRecorder();
    private final TimingRecorder creations = new TimingRecorder();

    /** The callers of the last minute's batches, without the first caller of each. */
    private final SlidingWindowSum additionalCallers = new SlidingWindowSum();

    PoolTimes(MetricRegistry registry) {
        registry.register("pool.wait", waits.timer());
        registry.register("pool.use", uses.timer());
        registry.register("pool.creation", creations.timer());
    }

    @Override
    public void onEvent(PoolEvent event) {
        switch (event.kind()) {
            case CHECKOUT -> waits.record(event.took());
            case TIMEOUT, DEADLINE, CANCELLED, SHED -> {
                if (event.refusal().map(RefusalReason::completesWait).orElse(false)) {
                    waits.record(event.took());
                }
            }
            case CHECKIN -> {
                uses.record(event.took());
                if (event.caller().count() > 1) {
                    additionalCallers.add(event.caller().count() - 1);
                }
            }
            case CONNECT -> creations.record(event.took());
            default -> {}
        }
    }

    /**
     * Durations from arrival to a connection, a timeout or a cancellation: if timeouts were excluded, a pool that
     * serves no caller would look fast. Refusals caused by an outage or a shutdown are excluded.
     */
    public TimingStatistics waits() {
        return waits.statistics();
    }

    /** Durations from checkout to checkin. */
    public TimingStatistics uses() {
        return uses.statistics();
    }

    /** Durations of opening a connection, including the login; failed attempts are excluded. */
    public TimingStatistics creations() {
        return creations.statistics();
    }

    /** Records {@link #waits}. */
    public TimingRecorder waitRecorder() {
        return waits;
    }

    /** Records {@link #uses}. */
    public TimingRecorder useRecorder() {
        return uses;
    }

    /** Records {@link #creations}. */
    public TimingRecorder creationRecorder() {
        return creations;
    }

    /** Mean number of callers per use of the last minute: 1 without batches, more with them. */
    public double recentCallersPerUse() {
        long count = uses.lastMinute().count();
        return count == 0 ? 1 : 1 + (double) additionalCallers.sum() / count;
    }

    void each(Consumer<SlidingWindow> action) {
        action.accept(waits);
        action.accept(uses);
        action.accept(creations);
        action.accept(additionalCallers);
    }

    /** The sum of the numbers of the last minute, in the slices of {@link SlidingWindowHistogram}. Thread-safe. */
    private static final class SlidingWindowSum implements SlidingWindow {
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
}
