package app.rodmena.auth.jmx;

import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.mbean.Describe;
import app.rodmena.auth.mbean.Singly;
import app.rodmena.auth.metrics.Metrics;
import app.rodmena.auth.views.PoolRow;
import app.rodmena.auth.views.Times;
import app.rodmena.auth.views.Totals;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

@Describe("The connection pool: numbers, totals since start, and operations")
final class PoolBean {
    private static final Logger LOG = LoggerFactory.getLogger("auth.database");

    private final DatabaseEngine engine;
    private final Metrics metrics;

    PoolBean(DatabaseEngine engine, Metrics metrics) {
        this.engine = engine;
        this.metrics = metrics;
    }

    @Describe("The pool's numbers, all of the same instant")
    @Singly
    public PoolRow getSnapshot() {
        return PoolRow.of(engine.view());
    }

    @Describe("How often each thing happened since start")
    @Singly
    public Totals getTotals() {
        return Totals.of(engine.events());
    }

    @Describe(
            "How long callers waited for a connection, those who got none included; of callers who go together, the longest")
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
