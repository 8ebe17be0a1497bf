package app.rodmena.auth.metrics;

import app.rodmena.auth.events.PoolEvent;
import app.rodmena.auth.events.PoolListener;
import app.rodmena.auth.pool.NoConnectionException;
import com.codahale.metrics.MetricRegistry;
import java.time.Duration;
import java.util.function.Consumer;

/** How long callers wait for connections, have them, and how long opening one takes. Thread-safe. */
public final class PoolTimes implements PoolListener {
    private final Stopwatch waits = new Stopwatch();
    private final Stopwatch uses = new Stopwatch();
    private final Stopwatch creations = new Stopwatch();

    /** Of uses that were for several, for how many: no times, but of the same minute, each caller as a nanosecond. */
    private final Stopwatch callersTogether = new Stopwatch();

    PoolTimes(MetricRegistry registry) {
        registry.register("pool.wait", waits.timer());
        registry.register("pool.use", uses.timer());
        registry.register("pool.creation", creations.timer());
    }

    @Override
    public void onEvent(PoolEvent event) {
        switch (event.kind()) {
            case CHECKOUT -> waits.record(event.took());
            case TIMEOUT -> {
                if (hasWaitedInVain(event)) {
                    waits.record(event.took());
                }
            }
            case CHECKIN -> {
                uses.record(event.took());
                if (event.caller().count() > 1) {
                    callersTogether.record(Duration.ofNanos(event.caller().count()));
                }
            }
            case CONNECT -> creations.record(event.took());
            case CONNECT_FAILED,
                    INVALIDATE,
                    SOFT_INVALIDATE,
                    RECYCLE,
                    OVERFLOW_OPEN,
                    OVERFLOW_CLOSE,
                    CLOSE,
                    REJECTED,
                    LEAK_SUSPECTED,
                    LEAK_RETURNED,
                    LEAK_RECLAIMED -> {}
        }
    }

    /** Who is refused at once has not waited: during an outage such would make a pool that serves nobody look fast. */
    private static boolean hasWaitedInVain(PoolEvent timeout) {
        return NoConnectionException.Reason.of(timeout)
                .map(reason -> switch (reason) {
                    case TIMEOUT, CANCELLED, INTERRUPTED -> true;
                    case DATABASE_DOWN, REJECTED, CLOSED -> false;
                })
                .orElse(false);
    }

    /**
     * From arrival to getting a connection, or to giving up: without those who gave up, a pool that serves nobody would
     * look fast. Those whom an outage or a shutdown denied one are left out.
     */
    public Statistics waits() {
        return waits.statistics();
    }

    /** From checkout to checkin. */
    public Statistics uses() {
        return uses.statistics();
    }

    /** Opening a connection, logging in included; of those that were opened. */
    public Statistics creations() {
        return creations.statistics();
    }

    /** How {@link #waits} were in the last minute. */
    public Moments recentWaits() {
        return waits.moments();
    }

    /** How {@link #uses} were in the last minute. */
    public Moments recentUses() {
        return uses.moments();
    }

    /** How many callers each of {@link #recentUses} was for, on average: 1, and more where several went together. */
    public double recentCallersPerUse() {
        long all = uses.moments().count();
        double mean = callersTogether.timer().getSnapshot().getMean();
        return all == 0 ? 1 : 1 + callersTogether.moments().count() * (mean - 1) / all;
    }

    /** All {@link #waits} since start, whatever was reset. */
    public Distribution waitsSinceStart() {
        return waits.sinceStart();
    }

    /** All {@link #uses} since start, whatever was reset. */
    public Distribution usesSinceStart() {
        return uses.sinceStart();
    }

    /** All {@link #creations} since start, whatever was reset. */
    public Distribution creationsSinceStart() {
        return creations.sinceStart();
    }

    RecentTimes.Look lookAtWaits() {
        return waits.look();
    }

    RecentTimes.Look lookAtUses() {
        return uses.look();
    }

    void each(Consumer<Stopwatch> action) {
        action.accept(waits);
        action.accept(uses);
        action.accept(creations);
        action.accept(callersTogether);
    }
}
