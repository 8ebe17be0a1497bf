package app.rodmena.auth.metrics;

import app.rodmena.auth.common.SqlState;
import app.rodmena.auth.database.StatementExecution;
import app.rodmena.auth.database.StatementExecution.StatementListener;
import app.rodmena.auth.database.activity.SqlMask;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.schema.Description;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Collects the statements that took longer than slow_statement or were cancelled, and lists the 50 with the longest
 * total and the 50 with the longest single run. Logs them to {@code auth.database}: each statement at most once per 10
 * s, and at most 20 lines per 10 s in total. Thread-safe; a fast statement costs one comparison.
 */
public final class SlowStatements implements StatementListener {
    /** The maximum length of each list. */
    public static final int MAX_LISTED = 50;

    private static final Logger LOG = LoggerFactory.getLogger("auth.database");
    private static final int MAX_KEPT = 4 * MAX_LISTED;
    private static final int MAX_ROUTES = 10;
    private static final int MAX_LOGGED = 20;
    private static final Duration LOG_INTERVAL = Duration.ofSeconds(10);
    private static final Comparator<SlowStatementStats> BY_TOTAL = Comparator.comparingLong(stats -> -stats.totalNanos);
    private static final Comparator<SlowStatementStats> BY_MAX = Comparator.comparingLong(stats -> -stats.maxNanos);

    private final Supplier<PoolSettings> settings;
    private final Map<String, SlowStatementStats> bySql = new HashMap<>();
    private final LongSupplier clock;

    /** The start of the next interval with its own maximum of log lines, by the monotonic clock. */
    private long nextIntervalNanos;

    private int logged;

    /**
     * The mutable counters of one statement, guarded by the outer object. Durations use the buckets of
     * {@link SlidingWindowHistogram}; empty buckets are not stored.
     */
    private static final class SlowStatementStats {
        final String name;
        final String sql;
        final TreeMap<Integer, Integer> buckets = new TreeMap<>();
        final Set<String> routes = new TreeSet<>();
        long count;
        long totalNanos;
        long maxNanos;
        long timeouts;
        long cancelled;
        Instant lastSeen = Instant.EPOCH;
        /** From then on, by the monotonic clock, a run may be logged. */
        long nextLogNanos;

        long seenNanos;
        long unlogged;

        SlowStatementStats(String name, String sql, long nanos) {
            this.name = name;
            this.sql = sql;
            this.nextLogNanos = nanos;
        }

        SlowStatement toSlowStatement() {
            return new SlowStatement(
                    name,
                    sql,
                    count,
                    Duration.ofNanos(totalNanos),
                    p99(),
                    Duration.ofNanos(maxNanos),
                    timeouts,
                    cancelled,
                    routes.stream().sorted().toList(),
                    lastSeen);
        }

        private Duration p99() {
            long above = (long) (0.01 * count);
            for (Map.Entry<Integer, Integer> bucket : buckets.descendingMap().entrySet()) {
                above -= bucket.getValue();
                if (above < 0) {
                    return Duration.ofNanos(SlidingWindowHistogram.midpointOf(bucket.getKey()));
                }
            }
            return Duration.ZERO;
        }
    }

    /**
     * @param settings supplies the current slow_statement and statement_timeout
     * @param clock a monotonic clock in nanoseconds
     */
    SlowStatements(Supplier<PoolSettings> settings, LongSupplier clock) {
        this.settings = settings;
        this.clock = clock;
        nextIntervalNanos = clock.getAsLong();
    }

    @Override
    public void onStatement(StatementExecution execution) {
        PoolSettings now = settings.get();
        boolean cancelled = execution.sqlState().equals(SqlState.QUERY_CANCELED);
        if (cancelled || execution.took().compareTo(now.slowStatement()) > 0) {
            boolean timedOut = cancelled && execution.took().compareTo(now.statementTimeout()) >= 0;
            log(execution, keep(execution, SqlMask.mask(execution.sql()), cancelled, timedOut));
        }
    }

    /** The statements with the longest total duration, longest first. */
    public synchronized List<SlowStatement> byTotal() {
        return top(BY_TOTAL).map(SlowStatementStats::toSlowStatement).toList();
    }

    /** The statements with the longest single run, longest first. */
    public synchronized List<SlowStatement> byMax() {
        return top(BY_MAX).map(SlowStatementStats::toSlowStatement).toList();
    }

    /** The number of runs that PostgreSQL cancelled because of statement_timeout. */
    public synchronized long timeouts() {
        return bySql.values().stream().mapToLong(stats -> stats.timeouts).sum();
    }

    synchronized void reset() {
        bySql.clear();
    }

    /**
     * @return number of runs of the statement that were not logged since its last logged run; negative if this run must
     *     not be logged
     */
    private synchronized long keep(StatementExecution execution, String sql, boolean cancelled, boolean timedOut) {
        long now = clock.getAsLong();
        SlowStatementStats stats =
                bySql.computeIfAbsent(sql, first -> new SlowStatementStats(execution.name(), first, now));
        long nanos = execution.took().toNanos();
        stats.count++;
        stats.totalNanos += nanos;
        stats.maxNanos = Math.max(stats.maxNanos, nanos);
        stats.buckets.merge(SlidingWindowHistogram.bucketOf(nanos), 1, Integer::sum);
        stats.timeouts += timedOut ? 1 : 0;
        stats.cancelled += cancelled && !timedOut ? 1 : 0;
        stats.lastSeen = Instant.now();
        stats.seenNanos = now;
        if (stats.routes.size() < MAX_ROUTES) {
            stats.routes.add(execution.route());
        }
        if (bySql.size() > MAX_KEPT) {
            evictOldest(stats);
        }
        if (now - stats.nextLogNanos < 0 || !mayLog(now)) {
            stats.unlogged++;
            return -1;
        }
        long unlogged = stats.unlogged;
        stats.unlogged = 0;
        stats.nextLogNanos = now + LOG_INTERVAL.toNanos();
        return unlogged;
    }

    private boolean mayLog(long now) {
        if (now - nextIntervalNanos >= 0) {
            nextIntervalNanos = now + LOG_INTERVAL.toNanos();
            logged = 0;
        }
        logged++;
        return logged <= MAX_LOGGED;
    }

    private void evictOldest(SlowStatementStats newest) {
        Set<SlowStatementStats> listed = new HashSet<>(List.of(newest));
        Stream.concat(top(BY_TOTAL), top(BY_MAX)).forEach(listed::add);
        bySql.values().stream()
                .filter(stats -> !listed.contains(stats))
                .max(Comparator.comparingLong(stats -> newest.seenNanos - stats.seenNanos))
                .ifPresent(oldest -> bySql.remove(oldest.sql));
    }

    private Stream<SlowStatementStats> top(Comparator<SlowStatementStats> order) {
        return bySql.values().stream().sorted(order).limit(MAX_LISTED);
    }

    private static void log(StatementExecution execution, long unlogged) {
        if (unlogged >= 0) {
            LOG.warn(
                    "slow_statement statement={} took={}ms route=\"{}\"{}{}{} sql=\"{}\"",
                    execution.name(),
                    String.format(Locale.ROOT, "%.3f", execution.took().toNanos() / 1e6),
                    execution.route(),
                    execution.ids().logFields(),
                    execution.succeeded() ? "" : " sqlstate=" + execution.sqlState(),
                    unlogged == 0 ? "" : " untold=" + unlogged,
                    SqlMask.mask(execution.sql()).replace('"', '\''));
        }
    }

    /**
     * A statement with its slow runs; faster runs are not counted. Percentiles are within 1.6 %. PostgreSQL reports a
     * cancelled run, after statement_timeout or before, with SQLState 57014.
     */
    @Description("One statement and its slow runs")
    public record SlowStatement(
            @Description("Name of the statement, for example roles.list")
            String name,

            @Description("SQL text on one line, without values")
            String sql,

            @Description(value = "Number of slow runs", unit = "times")
            long count,

            @Description("Sum of the slow runs") Duration total,

            @Description("99th percentile of the slow runs") Duration p99,

            @Description(name = "most", value = "Longest run")
            Duration max,

            @Description(value = "Runs that PostgreSQL cancelled after statement_timeout", unit = "times")
            long timeouts,

            @Description(value = "Runs that were cancelled before statement_timeout", unit = "times")
            long cancelled,

            @Description("Routes that ran it, for example GET /api/roles; at most ten")
            List<String> routes,

            @Description("Time of its last slow run, in UTC, for example 2026-11-23T15:34:52.118Z")
            Instant lastSeen) {
        @Description("Mean of the slow runs")
        public Duration mean() {
            return count == 0 ? Duration.ZERO : total.dividedBy(count);
        }
    }
}
