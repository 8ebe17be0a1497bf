package app.rodmena.auth.pool;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * How the pool behaves. Nothing here is unbounded: values that other pools read as "no limit" are refused.
 *
 * @param poolSize connections kept open once opened
 * @param maxOverflow extra connections, opened only while {@code poolSize} are all checked out
 * @param poolTimeout longest wait for a connection, counted from arrival
 * @param poolRecycle a connection older than this is never handed out again
 * @param prePing when to test a connection before it is handed out
 * @param statementTimeout after which PostgreSQL itself cancels a statement
 * @param connectTimeout longest wait for a TCP connection, and for each answer while logging in
 * @param socketTimeout longest wait for an answer; longer than {@code statementTimeout}, so that the server's own
 *     cancellation comes first
 * @param leakThreshold held longer than this, a leak is suspected
 * @param reclaimLeaksAfter held longer than this, a connection is taken away from whoever holds it; longer than
 *     {@code leakThreshold}; empty for never, as this breaks a caller that is merely slow
 * @param slowStatement a statement that takes longer is kept and told in the log
 * @param maxWaiting more callers than this waiting: refuse at once
 * @param workers how many processes like this one share the database
 * @param batchSlots how many batches of one {@link Lane} may be under way at once; 0: none, every caller goes alone
 */
public record PoolSettings(
        int poolSize,
        int maxOverflow,
        Duration poolTimeout,
        Duration poolRecycle,
        PrePing prePing,
        Duration statementTimeout,
        Duration connectTimeout,
        Duration socketTimeout,
        Duration leakThreshold,
        Optional<Duration> reclaimLeaksAfter,
        Duration slowStatement,
        int maxWaiting,
        int workers,
        int batchSlots) {

    /** What {@code pool_size} and {@code max_overflow} may be at most, each. */
    public static final int MOST_CONNECTIONS = 1000;

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
            1);

    public PoolSettings {
        range("pool_size", poolSize, 1, MOST_CONNECTIONS);
        range("max_overflow", maxOverflow, 0, MOST_CONNECTIONS);
        duration("pool_timeout", poolTimeout);
        duration("pool_recycle", poolRecycle);
        Objects.requireNonNull(prePing, "pre_ping");
        // PostgreSQL and sockets count milliseconds in 32 bits.
        duration("statement_timeout", statementTimeout, 24);
        duration("connect_timeout", connectTimeout, 24);
        duration("socket_timeout", socketTimeout, 24);
        duration("leak_threshold", leakThreshold);
        reclaimLeaksAfter.ifPresent(after -> duration("reclaim_leaks_after", after));
        duration("slow_statement", slowStatement);
        range("max_waiting", maxWaiting, 1, 1_000_000);
        range("workers", workers, 1, 10_000);
        range("batch_slots", batchSlots, 0, MOST_CONNECTIONS);
        if (socketTimeout.compareTo(statementTimeout) <= 0) {
            throw new InvalidPoolSetting(
                    "socket_timeout",
                    socketTimeout.toMillis() + " ms",
                    "must be longer than statement_timeout, which is %s ms".formatted(statementTimeout.toMillis()));
        }
        if (reclaimLeaksAfter.isPresent() && reclaimLeaksAfter.get().compareTo(leakThreshold) <= 0) {
            throw new InvalidPoolSetting(
                    "reclaim_leaks_after",
                    reclaimLeaksAfter.get().toMillis() + " ms",
                    "must be longer than leak_threshold, which is %s ms".formatted(leakThreshold.toMillis()));
        }
    }

    /** The most connections that are ever open at once: pool_size + max_overflow. */
    public int maximum() {
        return poolSize + maxOverflow;
    }

    /**
     * The same with other values: any number of them, which have to fit each other only when all are set.
     *
     * @throws InvalidPoolSetting naming one that can't be had
     */
    public PoolSettings with(Consumer<Draft> changes) {
        Draft draft = new Draft();
        changes.accept(draft);
        return draft.settings();
    }

    public PoolSettings withSize(int poolSize, int maxOverflow) {
        return with(draft -> draft.size(poolSize, maxOverflow));
    }

    public PoolSettings withPoolTimeout(Duration poolTimeout) {
        return with(draft -> draft.poolTimeout(poolTimeout));
    }

    public PoolSettings withLeakThreshold(Duration leakThreshold) {
        return with(draft -> draft.leakThreshold(leakThreshold));
    }

    /**
     * The same with another limit for leaks.
     *
     * @param reclaimLeaksAfter empty for never
     */
    public PoolSettings withReclaimLeaksAfter(Optional<Duration> reclaimLeaksAfter) {
        return with(draft -> draft.reclaimLeaksAfter(reclaimLeaksAfter));
    }

    public PoolSettings withSlowStatement(Duration slowStatement) {
        return with(draft -> draft.slowStatement(slowStatement));
    }

    public PoolSettings withMaxWaiting(int maxWaiting) {
        return with(draft -> draft.maxWaiting(maxWaiting));
    }

    public PoolSettings withBatchSlots(int batchSlots) {
        return with(draft -> draft.batchSlots(batchSlots));
    }

    /** These settings while some of those that can be changed at run time are. To be used by one thread. */
    public final class Draft {
        private int poolSize = PoolSettings.this.poolSize;
        private int maxOverflow = PoolSettings.this.maxOverflow;
        private Duration poolTimeout = PoolSettings.this.poolTimeout;
        private Duration leakThreshold = PoolSettings.this.leakThreshold;
        private Optional<Duration> reclaimLeaksAfter = PoolSettings.this.reclaimLeaksAfter;
        private Duration slowStatement = PoolSettings.this.slowStatement;
        private int maxWaiting = PoolSettings.this.maxWaiting;
        private int batchSlots = PoolSettings.this.batchSlots;

        private Draft() {}

        public Draft size(int poolSize, int maxOverflow) {
            this.poolSize = poolSize;
            this.maxOverflow = maxOverflow;
            return this;
        }

        public Draft poolTimeout(Duration poolTimeout) {
            this.poolTimeout = poolTimeout;
            return this;
        }

        public Draft leakThreshold(Duration leakThreshold) {
            this.leakThreshold = leakThreshold;
            return this;
        }

        /** Empty for never. */
        public Draft reclaimLeaksAfter(Optional<Duration> reclaimLeaksAfter) {
            this.reclaimLeaksAfter = reclaimLeaksAfter;
            return this;
        }

        public Draft slowStatement(Duration slowStatement) {
            this.slowStatement = slowStatement;
            return this;
        }

        public Draft maxWaiting(int maxWaiting) {
            this.maxWaiting = maxWaiting;
            return this;
        }

        public Draft batchSlots(int batchSlots) {
            this.batchSlots = batchSlots;
            return this;
        }

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
                    batchSlots);
        }
    }

    /** @throws InvalidPoolSetting naming the first setting that differs and can't be changed at run time */
    void requireChangeableTo(PoolSettings other) {
        same("pool_recycle", poolRecycle, other.poolRecycle);
        same("pre_ping", prePing, other.prePing);
        same("statement_timeout", statementTimeout, other.statementTimeout);
        same("connect_timeout", connectTimeout, other.connectTimeout);
        same("socket_timeout", socketTimeout, other.socketTimeout);
        same("workers", workers, other.workers);
    }

    private static void same(String name, Object now, Object wanted) {
        if (!now.equals(wanted)) {
            throw new InvalidPoolSetting(name, wanted, "can't be changed while the pool runs; it is " + now);
        }
    }

    private static void range(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new InvalidPoolSetting(name, value, "must be %s to %s".formatted(least, most));
        }
    }

    private static void duration(String name, Duration value) {
        duration(name, value, 365);
    }

    private static void duration(String name, Duration value, int mostDays) {
        if (value.compareTo(Duration.ofMillis(1)) < 0 || value.compareTo(Duration.ofDays(mostDays)) > 0) {
            throw new InvalidPoolSetting(name, value.toMillis() + " ms", "must be 1ms to %sd".formatted(mostDays));
        }
    }
}
