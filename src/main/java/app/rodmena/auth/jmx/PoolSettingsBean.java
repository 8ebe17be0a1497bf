package app.rodmena.auth.jmx;

import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.mbean.Describe;
import app.rodmena.auth.mbean.Singly;
import app.rodmena.auth.pool.PoolSettings;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

@Describe("How the pool behaves; what can be written takes effect at once and holds until the next start")
final class PoolSettingsBean {
    private final DatabaseEngine engine;

    @Describe("Every setting of the pool, of the same instant")
    record Settings(
            @Describe(value = "Connections kept open once opened", unit = "connections")
            int poolSize,

            @Describe(value = "Extra connections while all of those are checked out", unit = "connections")
            int maxOverflow,

            @Describe(value = "The most that are ever open at once: pool_size + max_overflow", unit = "connections")
            int maximum,

            @Describe(value = "Longest wait for a connection, counted from arrival", unit = "milliseconds")
            long poolTimeoutMillis,

            @Describe(value = "A connection older than this is never handed out again", unit = "milliseconds")
            long poolRecycleMillis,

            @Describe("When a connection is tested before it is handed out: always; idle, if unused for 500 ms; off")
            String prePing,

            @Describe(value = "PostgreSQL cancels a statement that takes longer", unit = "milliseconds")
            long statementTimeoutMillis,

            @Describe(value = "Longest wait for a new connection to PostgreSQL", unit = "milliseconds")
            long connectTimeoutMillis,

            @Describe(value = "Longest wait for an answer of PostgreSQL", unit = "milliseconds")
            long socketTimeoutMillis,

            @Describe(value = "A connection held longer than this is suspected to have leaked", unit = "milliseconds")
            long leakThresholdMillis,

            @Describe(
                    value = "A connection held longer than this is taken away from its holder; 0 for never",
                    unit = "milliseconds")
            long reclaimLeaksAfterMillis,

            @Describe(value = "A statement that takes longer is kept and told in the log", unit = "milliseconds")
            long slowStatementMillis,

            @Describe(value = "More callers than this waiting are refused at once", unit = "callers")
            int maxWaiting,

            @Describe(value = "How many processes like this one share the database", unit = "processes")
            int workers,

            @Describe(
                    value = "Queries under way at once for each kind of question, while others of the kind wait and go"
                            + " together; 0: a query for each",
                    unit = "queries")
            int batchSlots) {

        static Settings of(PoolSettings settings) {
            return new Settings(
                    settings.poolSize(),
                    settings.maxOverflow(),
                    settings.maximum(),
                    settings.poolTimeout().toMillis(),
                    settings.poolRecycle().toMillis(),
                    settings.prePing().name().toLowerCase(Locale.ROOT),
                    settings.statementTimeout().toMillis(),
                    settings.connectTimeout().toMillis(),
                    settings.socketTimeout().toMillis(),
                    settings.leakThreshold().toMillis(),
                    settings.reclaimLeaksAfter().map(Duration::toMillis).orElse(0L),
                    settings.slowStatement().toMillis(),
                    settings.maxWaiting(),
                    settings.workers(),
                    settings.batchSlots());
        }
    }

    PoolSettingsBean(DatabaseEngine engine) {
        this.engine = engine;
    }

    @Describe("Every setting of the pool, of the same instant")
    @Singly
    public Settings getSettings() {
        return Settings.of(engine.settings());
    }

    @Describe("a smaller one closes what is idle beyond it at once, and what is out when it comes back")
    public void setPoolSize(int poolSize) {
        change(
                "pool_size",
                PoolSettings::poolSize,
                poolSize,
                (settings, size) -> settings.withSize(size, settings.maxOverflow()));
    }

    @Describe("a smaller one closes nothing that is needed: it takes effect as connections come back")
    public void setMaxOverflow(int maxOverflow) {
        change(
                "max_overflow",
                PoolSettings::maxOverflow,
                maxOverflow,
                (settings, overflow) -> settings.withSize(settings.poolSize(), overflow));
    }

    @Describe("for whoever comes from now on; who waits already keeps its deadline")
    public void setPoolTimeoutMillis(long poolTimeoutMillis) {
        change(
                "pool_timeout",
                PoolSettings::poolTimeout,
                Duration.ofMillis(poolTimeoutMillis),
                PoolSettings::withPoolTimeout);
    }

    @Describe("for connections that are out already, too")
    public void setLeakThresholdMillis(long leakThresholdMillis) {
        change(
                "leak_threshold",
                PoolSettings::leakThreshold,
                Duration.ofMillis(leakThresholdMillis),
                PoolSettings::withLeakThreshold);
    }

    @Describe("longer than leak_threshold, or 0 for never; for connections that are out already, too")
    public void setReclaimLeaksAfterMillis(long reclaimLeaksAfterMillis) {
        change(
                "reclaim_leaks_after",
                settings -> settings.reclaimLeaksAfter().orElse(Duration.ZERO),
                Duration.ofMillis(reclaimLeaksAfterMillis),
                (settings, after) ->
                        settings.withReclaimLeaksAfter(Optional.of(after).filter(given -> !given.isZero())));
    }

    @Describe("takes effect with the next statement that ends")
    public void setSlowStatementMillis(long slowStatementMillis) {
        change(
                "slow_statement",
                PoolSettings::slowStatement,
                Duration.ofMillis(slowStatementMillis),
                PoolSettings::withSlowStatement);
    }

    @Describe("whoever waits already goes on waiting")
    public void setMaxWaiting(int maxWaiting) {
        change("max_waiting", PoolSettings::maxWaiting, maxWaiting, PoolSettings::withMaxWaiting);
    }

    @Describe("0 lets every question go alone; whoever waits already goes by it, too")
    public void setBatchSlots(int batchSlots) {
        change("batch_slots", PoolSettings::batchSlots, batchSlots, PoolSettings::withBatchSlots);
    }

    private <T> void change(
            String name, Function<PoolSettings, T> setting, T value, BiFunction<PoolSettings, T, PoolSettings> with) {
        PoolSettings before = engine.change(settings -> with.apply(settings, value));
        Audit.changed(name, shown(setting.apply(before)), shown(value));
    }

    private static Object shown(Object value) {
        return value instanceof Duration duration ? duration.toMillis() + " ms" : value;
    }
}
