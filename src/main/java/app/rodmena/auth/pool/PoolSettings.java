package app.rodmena.auth.pool;

import static app.rodmena.auth.common.InvalidSettingException.require;
import static app.rodmena.auth.common.InvalidSettingException.requireRange;

import app.rodmena.auth.common.InvalidSettingException;
import app.rodmena.auth.postgres.SessionOptions;
import app.rodmena.auth.schema.Description;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The settings of a pool. Every limit is finite: values that other pools interpret as "no limit" are invalid.
 * Immutable.
 *
 * @param socketTimeout longer than {@code statementTimeout}, so that the server's own cancellation comes first
 * @param reclaimLeaksAfter longer than {@code leakThreshold}; empty for never, because revoking breaks callers that are
 *     merely slow
 */
@Description("All settings of the pool at one instant")
public record PoolSettings(
        @Description(value = "Connections kept open once opened", unit = "connections")
        int poolSize,

        @Description(value = "Extra connections while all pool_size connections are checked out", unit = "connections")
        int maxOverflow,

        @Description(
                value = "Maximum wait for a connection, counted from the arrival of the caller",
                wholeMillis = true)
        Duration poolTimeout,

        @Description(value = "Maximum age of a connection at checkout", wholeMillis = true)
        Duration poolRecycle,

        @Description("When a connection is validated at checkout: always; idle, after 500 ms without use; off")
        PrePing prePing,

        @Description(value = "Maximum duration of a statement; PostgreSQL cancels longer ones", wholeMillis = true)
        Duration statementTimeout,

        @Description(value = "Maximum time to open a connection to PostgreSQL", wholeMillis = true)
        Duration connectTimeout,

        @Description(value = "Maximum wait for a response of PostgreSQL", wholeMillis = true)
        Duration socketTimeout,

        @Description(
                value = "A connection in use for longer than this is reported as a suspected leak",
                wholeMillis = true)
        Duration leakThreshold,

        @Description(
                value = "A connection in use for longer than this is reclaimed and closed; 0 for never",
                wholeMillis = true)
        Optional<Duration> reclaimLeaksAfter,

        @Description(value = "A statement that takes longer is recorded and logged", wholeMillis = true)
        Duration slowStatement,

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
        int batchSlots,

        @Description(
                value = "During overload, requests that have waited longer than this are refused; 0 for never",
                wholeMillis = true)
        Optional<Duration> shedTarget) {

    private static final Duration MIN_TIME = Duration.ofMillis(1);
    private static final Duration MAX_TIME = Duration.ofDays(365);

    /** PostgreSQL and sockets count milliseconds in 32 bits. */
    private static final Duration MAX_32_BITS = Duration.ofDays(24);

    /** The maximum of {@code pool_size} and of {@code max_overflow}. */
    public static final int MAX_CONNECTIONS = 1000;

    public static final PoolSettings DEFAULT = new PoolSettings(
            5,
            5,
            Duration.ofSeconds(30),
            Duration.ofSeconds(3600),
            PrePing.IDLE,
            Duration.ofSeconds(30),
            Duration.ofSeconds(10),
            Duration.ofSeconds(60),
            Duration.ofSeconds(60),
            Optional.empty(),
            Duration.ofMillis(500),
            1000,
            1,
            1,
            Optional.empty());

    public PoolSettings {
        requireRange("pool_size", poolSize, 1, MAX_CONNECTIONS);
        requireRange("max_overflow", maxOverflow, 0, MAX_CONNECTIONS);
        requireRange("pool_timeout", poolTimeout, MIN_TIME, MAX_TIME);
        requireRange("pool_recycle", poolRecycle, MIN_TIME, MAX_TIME);
        Objects.requireNonNull(prePing, "pre_ping");
        requireRange("statement_timeout", statementTimeout, MIN_TIME, MAX_32_BITS);
        requireRange("connect_timeout", connectTimeout, MIN_TIME, MAX_32_BITS);
        requireRange("socket_timeout", socketTimeout, MIN_TIME, MAX_32_BITS);
        requireRange("leak_threshold", leakThreshold, MIN_TIME, MAX_TIME);
        reclaimLeaksAfter.ifPresent(after -> requireRange("reclaim_leaks_after", after, MIN_TIME, MAX_TIME));
        requireRange("slow_statement", slowStatement, MIN_TIME, MAX_TIME);
        requireRange("max_waiting", maxWaiting, 1, 1_000_000);
        requireRange("workers", workers, 1, 10_000);
        requireRange("batch_slots", batchSlots, 0, MAX_CONNECTIONS);
        shedTarget.ifPresent(target -> requireRange("wait_target", target, MIN_TIME, MAX_TIME));
        require(
                socketTimeout.compareTo(statementTimeout) > 0,
                "socket_timeout",
                socketTimeout.toMillis() + " ms",
                "must be longer than statement_timeout, which is %s ms".formatted(statementTimeout.toMillis()));
        reclaimLeaksAfter.ifPresent(after -> require(
                after.compareTo(leakThreshold) > 0,
                "reclaim_leaks_after",
                after.toMillis() + " ms",
                "must be longer than leak_threshold, which is %s ms".formatted(leakThreshold.toMillis())));
    }

    @Description(value = "Maximum of the open connections: pool_size + max_overflow", unit = "connections")
    public int maximum() {
        return poolSize + maxOverflow;
    }

    public SessionOptions sessionOptions(String applicationName) {
        return new SessionOptions(
                applicationName, Optional.of(statementTimeout), connectTimeout, Optional.of(socketTimeout));
    }

    /**
     * Returns a copy with changes, which are validated together after all of them are made.
     *
     * @throws InvalidSettingException naming an invalid setting
     */
    public PoolSettings with(Consumer<Draft> changes) {
        Draft draft = new Draft();
        changes.accept(draft);
        return draft.settings();
    }

    public PoolSettings withSize(int poolSize, int maxOverflow) {
        return with(draft -> {
            draft.poolSize = poolSize;
            draft.maxOverflow = maxOverflow;
        });
    }

    /** A mutable copy of the settings. Not thread-safe. */
    public final class Draft {
        public int poolSize = PoolSettings.this.poolSize;
        public int maxOverflow = PoolSettings.this.maxOverflow;
        public Duration poolTimeout = PoolSettings.this.poolTimeout;
        public Duration poolRecycle = PoolSettings.this.poolRecycle;
        public PrePing prePing = PoolSettings.this.prePing;
        public Duration statementTimeout = PoolSettings.this.statementTimeout;
        public Duration connectTimeout = PoolSettings.this.connectTimeout;
        public Duration socketTimeout = PoolSettings.this.socketTimeout;
        public Duration leakThreshold = PoolSettings.this.leakThreshold;
        public Optional<Duration> reclaimLeaksAfter = PoolSettings.this.reclaimLeaksAfter;
        public Duration slowStatement = PoolSettings.this.slowStatement;
        public int maxWaiting = PoolSettings.this.maxWaiting;
        public int workers = PoolSettings.this.workers;
        public int batchSlots = PoolSettings.this.batchSlots;
        public Optional<Duration> shedTarget = PoolSettings.this.shedTarget;

        private Draft() {}

        private PoolSettings settings() {
            return new PoolSettings(
                    poolSize,
                    maxOverflow,
                    poolTimeout,
                    poolRecycle,
                    prePing,
                    statementTimeout,
                    connectTimeout,
                    socketTimeout,
                    leakThreshold,
                    reclaimLeaksAfter,
                    slowStatement,
                    maxWaiting,
                    workers,
                    batchSlots,
                    shedTarget);
        }
    }

    /** @throws InvalidSettingException naming the first setting that differs and cannot be changed at run time */
    void requireChangeableTo(PoolSettings other) {
        requireSame("pool_recycle", poolRecycle, other.poolRecycle);
        requireSame("pre_ping", prePing, other.prePing);
        requireSame("statement_timeout", statementTimeout, other.statementTimeout);
        requireSame("connect_timeout", connectTimeout, other.connectTimeout);
        requireSame("socket_timeout", socketTimeout, other.socketTimeout);
        requireSame("workers", workers, other.workers);
    }

    private static void requireSame(String name, Object now, Object requested) {
        require(now.equals(requested), name, requested, "cannot be changed at run time; it is " + now);
    }
}
