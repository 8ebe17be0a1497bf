package app.rodmena.auth.jmx;

import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.events.PoolEventKind;
import app.rodmena.auth.events.PoolEvents;
import app.rodmena.auth.mbean.Describe;
import app.rodmena.auth.mbean.Singly;
import app.rodmena.auth.metrics.Metrics;
import app.rodmena.auth.pool.PoolSnapshot;
import app.rodmena.auth.pool.PoolView;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

@Describe("The connection pool: its numbers, what happened since start, and what can be done to it")
final class PoolBean {
    private static final Logger LOG = LoggerFactory.getLogger("auth.database");

    private final DatabaseEngine engine;
    private final Metrics metrics;

    @Describe("The pool at one instant")
    record Snapshot(
            @Describe(value = "pool_size as configured", unit = "connections")
            int poolSize,

            @Describe(value = "max_overflow as configured", unit = "connections")
            int maxOverflow,

            @Describe(value = "In use now", unit = "connections")
            int checkedOut,

            @Describe(value = "What can be had without overflowing: pool_size - checked_out", unit = "connections")
            int available,

            @Describe(value = "Open beyond pool_size", unit = "connections")
            int overflow,

            @Describe(value = "Physically open now, in use or idle", unit = "connections")
            int totalConnections,

            @Describe(value = "Open and not in use", unit = "connections")
            int idle,

            @Describe(value = "Callers that wait for a connection", unit = "callers")
            int waiting,

            @Describe(value = "How long the one of them has waited who waits longest", unit = "milliseconds")
            double oldestWaitMillis,

            @Describe(value = "In use of all there may be: checked_out / (pool_size + max_overflow)", unit = "0 to 1")
            double utilisation,

            @Describe("Whether everybody is made to wait, by the operation suspend")
            boolean suspended) {

        static Snapshot of(PoolView view) {
            PoolSnapshot numbers = view.numbers();
            return new Snapshot(
                    numbers.poolSize(),
                    numbers.maxOverflow(),
                    numbers.checkedOut(),
                    numbers.available(),
                    numbers.overflow(),
                    numbers.totalConnections(),
                    numbers.idle(),
                    numbers.waiting(),
                    Text.millis(view.oldestWait()),
                    numbers.utilisation(),
                    view.suspended());
        }
    }

    @Describe("How often each thing happened since start; none of these is ever reset")
    record Totals(
            @Describe(value = "Connections opened", unit = "events")
            long connects,

            @Describe(value = "Connections that could not be opened", unit = "events")
            long failedConnects,

            @Describe(value = "Connections handed out", unit = "events")
            long checkouts,

            @Describe(
                    value = "Callers who got a connection: more than checkouts where their questions are answered"
                            + " together. With timeouts and rejections: all who came and do not wait now",
                    unit = "callers")
            long callersServed,

            @Describe(value = "Connections given back", unit = "events")
            long checkins,

            @Describe(value = "Connections that proved broken", unit = "events")
            long invalidations,

            @Describe(value = "Connections marked to be replaced", unit = "events")
            long softInvalidations,

            @Describe(value = "Connections replaced because they were older than pool_recycle", unit = "events")
            long recycles,

            @Describe(value = "Connections opened beyond pool_size", unit = "events")
            long overflowOpens,

            @Describe(value = "Connections beyond pool_size that were closed", unit = "events")
            long overflowCloses,

            @Describe(value = "Connections closed", unit = "events")
            long closes,

            @Describe(value = "Waits that ended without a connection", unit = "events")
            long timeouts,

            @Describe(value = "Callers refused at once, because max_waiting others waited", unit = "events")
            long rejections,

            @Describe(value = "Connections held longer than leak_threshold", unit = "events")
            long leaksSuspected,

            @Describe(value = "Of these, those that came back after all", unit = "events")
            long leaksReturned,

            @Describe(value = "Of these, those that were taken away, by reclaim_leaks_after", unit = "events")
            long leaksReclaimed) {

        static Totals of(PoolEvents events) {
            // What ends something is read before what began it, so that no answer has more ends than beginnings.
            long leaksReturned = events.count(PoolEventKind.LEAK_RETURNED);
            long leaksReclaimed = events.count(PoolEventKind.LEAK_RECLAIMED);
            long checkins = events.count(PoolEventKind.CHECKIN);
            long overflowCloses = events.count(PoolEventKind.OVERFLOW_CLOSE);
            long closes = events.count(PoolEventKind.CLOSE);
            return new Totals(
                    events.count(PoolEventKind.CONNECT),
                    events.count(PoolEventKind.CONNECT_FAILED),
                    events.count(PoolEventKind.CHECKOUT),
                    events.callersServed(),
                    checkins,
                    events.count(PoolEventKind.INVALIDATE),
                    events.count(PoolEventKind.SOFT_INVALIDATE),
                    events.count(PoolEventKind.RECYCLE),
                    events.count(PoolEventKind.OVERFLOW_OPEN),
                    overflowCloses,
                    closes,
                    events.count(PoolEventKind.TIMEOUT),
                    events.count(PoolEventKind.REJECTED),
                    events.count(PoolEventKind.LEAK_SUSPECTED),
                    leaksReturned,
                    leaksReclaimed);
        }
    }

    PoolBean(DatabaseEngine engine, Metrics metrics) {
        this.engine = engine;
        this.metrics = metrics;
    }

    @Describe("The pool's numbers, all of the same instant")
    @Singly
    public Snapshot getSnapshot() {
        return Snapshot.of(engine.view());
    }

    @Describe("How often each thing happened since start")
    @Singly
    public Totals getTotals() {
        return Totals.of(engine.events());
    }

    @Describe("How long callers waited for a connection, those who got none included")
    public Times getWaitTimes() {
        return Times.of(metrics.pool().waits());
    }

    @Describe("How long connections were in use, from checkout to checkin")
    public Times getUseTimes() {
        return Times.of(metrics.pool().uses());
    }

    @Describe("How long it took to open connections, login included")
    public Times getCreationTimes() {
        return Times.of(metrics.pool().creations());
    }

    @Describe("Has every connection replaced: idle ones at their next checkout, those in use when they come back")
    public void softInvalidateAll() {
        engine.softInvalidate();
        Audit.invoked("softInvalidateAll");
    }

    @Describe(value = "Closes every connection that is idle now, and tells how many", unit = "connections", acts = true)
    public int evictIdle() {
        int evicted = engine.evictIdle();
        Audit.invoked("evictIdle, which closed " + evicted);
        return evicted;
    }

    @Describe("From now on everybody waits for a connection, up to pool_timeout; who has one keeps it")
    public void suspend() {
        engine.suspend();
        Audit.invoked("suspend");
    }

    @Describe("Ends suspend")
    public void resume() {
        engine.resume();
        Audit.invoked("resume");
    }

    @Describe("Begins counts, rates and percentiles of times anew; totals go on")
    public void resetStatistics() {
        metrics.reset();
        Audit.invoked("resetStatistics");
    }

    @Describe("Writes the snapshot into the log, as auth.database at INFO")
    public void logSnapshot() {
        LOG.info("{}", getSnapshot());
        Audit.invoked("logSnapshot");
    }
}
