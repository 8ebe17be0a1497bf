package app.rodmena.auth.jmx;

import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.pool.PoolSettings.Draft;
import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.Flatten;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;

@Description("The pool's settings; changes take effect immediately and last until the next start")
record PoolSettingsBean(DatabaseEngine engine) {
    @Description("All settings of the pool at one instant")
    @Flatten
    public PoolSettings getSettings() {
        return engine.pool().settings();
    }

    @Description("a smaller value closes surplus connections: idle ones immediately, those in use at check-in")
    public void setPoolSize(int poolSize) {
        change("pool_size", PoolSettings::poolSize, poolSize, draft -> draft.poolSize = poolSize);
    }

    @Description("a smaller value closes no connection in use: surplus connections are closed at check-in")
    public void setMaxOverflow(int maxOverflow) {
        change("max_overflow", PoolSettings::maxOverflow, maxOverflow, draft -> draft.maxOverflow = maxOverflow);
    }

    @Description("applies to new callers; waiting callers keep their deadline")
    public void setPoolTimeoutMillis(long millis) {
        changeMillis(
                "pool_timeout", PoolSettings::poolTimeout, millis, (draft, timeout) -> draft.poolTimeout = timeout);
    }

    @Description("applies to connections in use, too")
    public void setLeakThresholdMillis(long millis) {
        changeMillis(
                "leak_threshold", PoolSettings::leakThreshold, millis, (draft, time) -> draft.leakThreshold = time);
    }

    @Description("longer than leak_threshold, or 0 for never; applies to connections in use, too")
    public void setReclaimLeaksAfterMillis(long millis) {
        changeMillis(
                "reclaim_leaks_after",
                settings -> settings.reclaimLeaksAfter().orElse(Duration.ZERO),
                millis,
                (draft, after) -> draft.reclaimLeaksAfter = Optional.of(after).filter(given -> !given.isZero()));
    }

    @Description("applies to all statements that end later")
    public void setSlowStatementMillis(long millis) {
        changeMillis(
                "slow_statement", PoolSettings::slowStatement, millis, (draft, slow) -> draft.slowStatement = slow);
    }

    @Description("applies to new callers; waiting callers keep waiting")
    public void setMaxWaiting(int maxWaiting) {
        change("max_waiting", PoolSettings::maxWaiting, maxWaiting, draft -> draft.maxWaiting = maxWaiting);
    }

    @Description("0 disables batching; applies to waiting callers, too")
    public void setBatchSlots(int batchSlots) {
        change("batch_slots", PoolSettings::batchSlots, batchSlots, draft -> draft.batchSlots = batchSlots);
    }

    private void changeMillis(
            String name, Function<PoolSettings, Duration> setting, long millis, BiConsumer<Draft, Duration> set) {
        change(name, settings -> setting.apply(settings).toMillis() + " ms", millis + " ms", draft -> {
            set.accept(draft, Duration.ofMillis(millis));
        });
    }

    private void change(String name, Function<PoolSettings, ?> setting, Object value, Consumer<Draft> set) {
        PoolSettings previous = engine.change(settings -> settings.with(set));
        LocalAudit.changed(name, setting.apply(previous), value);
    }
}
