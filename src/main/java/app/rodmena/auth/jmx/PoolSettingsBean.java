package app.rodmena.auth.jmx;

import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.Flatten;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;

@Description("The pool's settings; changes take effect immediately and last until the next start")
final class PoolSettingsBean {
    private final DatabaseEngine engine;

    PoolSettingsBean(DatabaseEngine engine) {
        this.engine = engine;
    }

    @Description("All settings of the pool at one instant")
    @Flatten
    public PoolSettings getSettings() {
        return engine.pool().settings();
    }

    @Description("a smaller value closes surplus connections: idle ones immediately, those in use at check-in")
    public void setPoolSize(int poolSize) {
        change("pool_size", PoolSettings::poolSize, poolSize, (draft, size) -> draft.poolSize = size);
    }

    @Description("a smaller value closes no connection in use: surplus connections are closed at check-in")
    public void setMaxOverflow(int maxOverflow) {
        change("max_overflow", PoolSettings::maxOverflow, maxOverflow, (draft, size) -> draft.maxOverflow = size);
    }

    @Description("applies to new callers; waiting callers keep their deadline")
    public void setPoolTimeoutMillis(long poolTimeoutMillis) {
        change(
                "pool_timeout",
                PoolSettings::poolTimeout,
                Duration.ofMillis(poolTimeoutMillis),
                (draft, timeout) -> draft.poolTimeout = timeout);
    }

    @Description("applies to connections in use, too")
    public void setLeakThresholdMillis(long leakThresholdMillis) {
        change(
                "leak_threshold",
                PoolSettings::leakThreshold,
                Duration.ofMillis(leakThresholdMillis),
                (draft, threshold) -> draft.leakThreshold = threshold);
    }

    @Description("longer than leak_threshold, or 0 for never; applies to connections in use, too")
    public void setReclaimLeaksAfterMillis(long reclaimLeaksAfterMillis) {
        change(
                "reclaim_leaks_after",
                settings -> settings.reclaimLeaksAfter().orElse(Duration.ZERO),
                Duration.ofMillis(reclaimLeaksAfterMillis),
                (draft, after) -> draft.reclaimLeaksAfter = Optional.of(after).filter(given -> !given.isZero()));
    }

    @Description("applies to all statements that end later")
    public void setSlowStatementMillis(long slowStatementMillis) {
        change(
                "slow_statement",
                PoolSettings::slowStatement,
                Duration.ofMillis(slowStatementMillis),
                (draft, slow) -> draft.slowStatement = slow);
    }

    @Description("applies to new callers; waiting callers keep waiting")
    public void setMaxWaiting(int maxWaiting) {
        change("max_waiting", PoolSettings::maxWaiting, maxWaiting, (draft, callers) -> draft.maxWaiting = callers);
    }

    @Description("0 disables batching; applies to waiting callers, too")
    public void setBatchSlots(int batchSlots) {
        change("batch_slots", PoolSettings::batchSlots, batchSlots, (draft, slots) -> draft.batchSlots = slots);
    }

    private <T> void change(
            String name, Function<PoolSettings, T> setting, T value, BiConsumer<PoolSettings.Draft, T> set) {
        PoolSettings previous = engine.change(settings -> settings.with(draft -> set.accept(draft, value)));
        LocalAudit.changed(name, formatted(setting.apply(previous)), formatted(value));
    }

    private static Object formatted(Object value) {
        return value instanceof Duration duration ? duration.toMillis() + " ms" : value;
    }
}
