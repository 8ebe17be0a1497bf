package app.rodmena.auth.metrics;

import app.rodmena.auth.pool.event.PoolEvent;
import app.rodmena.auth.pool.event.PoolListener;
import app.rodmena.auth.pool.event.RefusalReason;
import com.codahale.metrics.MetricRegistry;
import java.util.function.Consumer;

/** Measures the waits of callers, the uses of connections and the time to open a connection. Thread-safe. */
public final class PoolTimes implements PoolListener {
    private final TimingRecorder waits = new TimingRecorder();
    private final TimingRecorder uses = new TimingRecorder();
    private final TimingRecorder creations = new TimingRecorder();

    /** The number of callers of each batch, without the first one. */
    private final SlidingWindowHistogram additionalCallers = new SlidingWindowHistogram(System::nanoTime);

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
                    additionalCallers.update(event.caller().count() - 1);
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
        double additional = additionalCallers.getSnapshot().getMean() * additionalCallers.size();
        return count == 0 ? 1 : 1 + additional / count;
    }

    void each(Consumer<SlidingWindow> action) {
        action.accept(waits);
        action.accept(uses);
        action.accept(creations);
        action.accept(additionalCallers);
    }
}
