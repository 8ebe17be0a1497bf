package app.rodmena.auth.views;

import app.rodmena.auth.mbean.Describe;
import app.rodmena.auth.pool.PoolSettings;
import java.time.Duration;
import java.util.Locale;

@Describe("Every setting of the pool, of the same instant")
public record SettingsRow(
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

    public static SettingsRow of(PoolSettings settings) {
        return new SettingsRow(
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
