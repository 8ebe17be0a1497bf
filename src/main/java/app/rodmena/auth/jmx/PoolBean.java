package app.rodmena.auth.jmx;

import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.metrics.Metrics;
import app.rodmena.auth.metrics.TimingStatistics;
import app.rodmena.auth.pool.PoolView;
import app.rodmena.auth.pool.QueueOutcomes;
import app.rodmena.auth.pool.event.PoolEvents.EventTotals;
import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.Flatten;
import app.rodmena.auth.schema.RecordSchema;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

@Description("The connection pool: numbers, totals since start, and operations")
record PoolBean(DatabaseEngine engine, Metrics metrics) {
    private static final Logger LOG = LoggerFactory.getLogger("auth.database");

    @Description("The pool's numbers at one instant")
    @Flatten
    public PoolView getSnapshot() {
        return engine.pool().view();
    }

    @Description("Counts of the pool's events since start")
    @Flatten
    public EventTotals getTotals() {
        return engine.events().totals();
    }

    @Description("Callers since start by outcome")
    public QueueOutcomes getOutcomes() {
        return engine.pool().outcomes();
    }

    @Description("Wait times for a connection, including failed waits; the longest wait counts for a batch")
    public TimingStatistics getWaitTimes() {
        return metrics.pool().waits();
    }

    @Description("Use times of connections, from checkout to check-in")
    public TimingStatistics getUseTimes() {
        return metrics.pool().uses();
    }

    @Description("Times to open connections, login included")
    public TimingStatistics getCreationTimes() {
        return metrics.pool().creations();
    }

    @Description("Marks all connections for replacement: idle ones at their next checkout, those in use at check-in")
    public void softInvalidateAll() {
        engine.pool().softInvalidate();
        LocalAudit.invoked("softInvalidateAll");
    }

    @Description(
            value = "Closes all idle connections and returns their number",
            unit = "connections",
            hasSideEffects = true)
    public int evictIdle() {
        int evicted = engine.pool().evictIdle();
        LocalAudit.invoked("evictIdle, which closed " + evicted);
        return evicted;
    }

    @Description("Stops all checkouts: callers wait up to pool_timeout; connections in use stay in use")
    public void suspend() {
        engine.pool().suspend();
        LocalAudit.invoked("suspend");
    }

    @Description("Allows checkouts again after suspend")
    public void resume() {
        engine.pool().resume();
        LocalAudit.invoked("resume");
    }

    @Description("Resets counts, rates and percentiles of times; totals are kept")
    public void resetStatistics() {
        metrics.reset();
        LocalAudit.invoked("resetStatistics");
    }

    @Description("Logs the snapshot to auth.database at INFO")
    public void logSnapshot() {
        LOG.info("The pool: {}", RecordSchema.text(getSnapshot()));
        LocalAudit.invoked("logSnapshot");
    }
}
