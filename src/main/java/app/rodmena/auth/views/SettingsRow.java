package app.rodmena.auth.views;

import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.schema.Description;
import java.time.Duration;
import java.util.Locale;

@Description("All settings of the pool at one instant")
public record SettingsRow(
        @Description(value = "Connections kept open once opened", unit = "connections")
        int poolSize,

        @Description(value = "Extra connections while all pool_size connections are checked out", unit = "connections")
        int maxOverflow,

        @Description(value = "Maximum of the open connections: pool_size + max_overflow", unit = "connections")
        int maximum,

        @Description(
                value = "Maximum wait for a connection, counted from the arrival of the caller",
                unit = "milliseconds")
        long poolTimeoutMillis,

        @Description(value = "Maximum age of a connection at checkout", unit = "milliseconds")
        long poolRecycleMillis,

        @Description("When a connection is validated at checkout: always; idle, after 500 ms without use; off")
        String prePing,

        @Description(value = "Maximum duration of a statement; PostgreSQL cancels longer ones", unit = "milliseconds")
        long statementTimeoutMillis,

        @Description(value = "Maximum time to open a connection to PostgreSQL", unit = "milliseconds")
        long connectTimeoutMillis,

        @Description(value = "Maximum wait for a response of PostgreSQL", unit = "milliseconds")
        long socketTimeoutMillis,

        @Description(
                value = "A connection in use for longer than this is reported as a suspected leak",
                unit = "milliseconds")
        long leakThresholdMillis,

        @Description(
                value = "A connection in use for longer than this is reclaimed and closed; 0 for never",
                unit = "milliseconds")
        long reclaimLeaksAfterMillis,

        @Description(value = "A statement that takes longer is recorded and logged", unit = "milliseconds")
        long slowStatementMillis,

        @Description(
                value = "Maximum number of waiting callers; further callers are refused immediately",
                unit = "callers")
        int maxWaiting,

        @Description(value = "Number of processes of this server that share the database", unit = "processes")
        int workers,

        @Description(
                value = "Maximum of concurrent queries of each kind; further requests of the kind wait and are batched;"
                        + " 0 for one query per request",
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
