package app.rodmena.auth.metrics;

import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.pool.PoolView;
import app.rodmena.auth.pool.event.PoolEventKind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * The history of the pool per second for the last 15 minutes, to show the state before an incident. Thread-safe. Reads
 * existing counters once a second, so that recording adds no cost to checkouts.
 */
public final class PoolHistory {
    /** The maximum age of a second in the history. */
    public static final Duration RETENTION = Duration.ofMinutes(15);

    private final DatabaseEngine engine;
    private final SlidingWindowHistogram.IntervalReader waits;
    private final SlidingWindowHistogram.IntervalReader uses;
    private final Deque<PoolSecond> seconds = new ArrayDeque<>();
    private Counters previous;

    /** Totals that never decrease. */
    private record Counters(long nanos, long checkouts, long timeouts, long rejections, long refused) {}

    PoolHistory(DatabaseEngine engine, PoolTimes times) {
        this.engine = engine;
        this.waits = times.waitRecorder().newReader();
        this.uses = times.useRecorder().newReader();
        this.previous = readCounters();
    }

    /** All seconds in the history, oldest first. */
    public synchronized List<PoolSecond> seconds() {
        return List.copyOf(seconds);
    }

    /** The latest second; empty before the first. */
    public synchronized Optional<PoolSecond> latest() {
        return Optional.ofNullable(seconds.peekLast());
    }

    /** Adds the second that ends now, and removes the oldest one if the history is full. */
    synchronized void recordSecond(Instant now) {
        PoolView view = engine.pool().view();
        Counters counters = readCounters();
        seconds.addLast(new PoolSecond(
                now,
                Duration.ofNanos(counters.nanos - previous.nanos),
                view.numbers(),
                engine.pool().peakSinceLast(),
                view.oldestWait(),
                engine.pool().longestUse(),
                counters.checkouts - previous.checkouts,
                counters.timeouts - previous.timeouts,
                counters.rejections - previous.rejections,
                counters.refused - previous.refused,
                waits.sinceLast(),
                uses.sinceLast()));
        previous = counters;
        if (seconds.size() > RETENTION.toSeconds()) {
            seconds.removeFirst();
        }
    }

    private Counters readCounters() {
        return new Counters(
                System.nanoTime(),
                engine.events().count(PoolEventKind.CHECKOUT),
                engine.events().count(PoolEventKind.TIMEOUT),
                engine.events().count(PoolEventKind.REJECTED),
                engine.pool().outcomes().refused());
    }
}
