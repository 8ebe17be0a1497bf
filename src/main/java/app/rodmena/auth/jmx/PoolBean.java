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

    @Describe("The pool's numbers at one instant")
    @Singly
    public PoolRow getSnapshot() {
        return PoolRow.of(engine.view());
    }

    @Describe("Counts of the pool's events since start")
    @Singly
    public Totals getTotals() {
        return Totals.of(engine.events());
    }

    @Describe("Wait times for a connection, including failed waits; the longest wait counts for a batch")
    public Times getWaitTimes() {
        return Times.of(metrics.pool().waits());
    }

    @Describe("Use times of connections, from checkout to check-in")
    public Times getUseTimes() {
        return Times.of(metrics.pool().uses());
    }

    @Describe("Times to open connections, login included")
    public Times getCreationTimes() {
        return Times.of(metrics.pool().creations());
    }

    @Describe("Marks all connections for replacement: idle ones at their next checkout, those in use at check-in")
    public void softInvalidateAll() {
        engine.softInvalidate();
        Audit.invoked("softInvalidateAll");
    }

    @Describe(value = "Closes all idle connections and returns their number", unit = "connections", acts = true)
    public int evictIdle() {
        int evicted = engine.evictIdle();
        Audit.invoked("evictIdle, which closed " + evicted);
        return evicted;
    }

    @Describe("Stops all checkouts: callers wait up to pool_timeout; connections in use stay in use")
    public void suspend() {
        engine.suspend();
        Audit.invoked("suspend");
    }

    @Describe("Allows checkouts again after suspend")
    public void resume() {
        engine.resume();
        Audit.invoked("resume");
    }

    @Describe("Resets counts, rates and percentiles of times; totals are kept")
    public void resetStatistics() {
        metrics.reset();
        Audit.invoked("resetStatistics");
    }

    @Describe("Logs the snapshot to auth.database at INFO")
    public void logSnapshot() {
        LOG.info("{}", getSnapshot());
        Audit.invoked("logSnapshot");
    }
}
