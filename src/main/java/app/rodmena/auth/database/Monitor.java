package app.rodmena.auth.database;

import app.rodmena.auth.common.DaemonThreads;
import app.rodmena.auth.common.SqlState;
import app.rodmena.auth.database.DatabaseFailure.Reason;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.postgres.Connector;
import app.rodmena.auth.postgres.NoPrimaryException;
import app.rodmena.auth.postgres.SessionOptions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection outside the pool and the thread that uses it. Probes PostgreSQL twice a second, and runs diagnostic
 * queries in between, so that the diagnosis of an exhausted pool needs none of its connections. Thread-safe.
 *
 * <p>A due probe has priority over queries, and PostgreSQL cancels the statement of a query after 900 ms. Slow queries
 * therefore never look like an outage, and a failed query is not a failed probe.
 */
public final class Monitor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("auth.database");

    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(1);

    /** The monitor's login may take this many times as long as the pool's last login. */
    private static final int LOGIN_MARGIN = 2;

    /** Shorter than the timeout of a probe, so that the connection survives a slow query. */
    private static final Duration STATEMENT_TIMEOUT = Duration.ofMillis(900);

    private static final long PERIOD_NANOS = Duration.ofMillis(500).toNanos();

    /** The interval while PostgreSQL is unreachable; the pool retries at least as often. */
    private static final long MAX_PERIOD_NANOS = Duration.ofSeconds(1).toNanos();

    /** Short while a pooler keeps the probe back, so that a probe is in the pooler's queue nearly all the time. */
    private static final long PERIOD_WHILE_KEPT_BACK_NANOS =
            Duration.ofMillis(100).toNanos();

    /**
     * A pool connection that came back within this time shows that PostgreSQL answers, although the monitor's session
     * is silent. Shorter than the probe's timeout, because connections may have come back after the probe was sent and
     * before the outage began.
     */
    private static final Duration SERVED_RECENTLY = PROBE_TIMEOUT.dividedBy(2);

    private static final int MAX_QUERIES = 32;

    /**
     * A query to PostgreSQL: one statement, or a few fast ones, in autocommit mode. It must not change the state of the
     * connection.
     */
    @FunctionalInterface
    public interface DiagnosticQuery<T> {
        T execute(Connection connection) throws SQLException;
    }

    /**
     * An outage: PostgreSQL cannot be queried.
     *
     * @param sqlState the SQLSTATE of PostgreSQL or pgjdbc; empty if there is none
     * @param message their message, one line, without values
     * @param tried whether a probe failed; otherwise the last one is only overdue, as on an overloaded machine
     * @param noPrimary why no primary was found; empty if the cause is another one
     */
    public record Outage(
            String sqlState,
            String message,
            Instant since,
            boolean tried,
            Optional<NoPrimaryException.Reason> noPrimary) {}

    private record PendingQuery<T>(DiagnosticQuery<T> query, CompletableFuture<T> result) {
        Optional<Throwable> execute(Connection connection) {
            try {
                result.complete(query.execute(connection));
                return Optional.empty();
            } catch (Throwable e) {
                result.completeExceptionally(DatabaseFailure.translate(e));
                return Optional.of(e);
            }
        }

        void refuse(Reason reason, String explanation) {
            result.completeExceptionally(new DatabaseFailure(reason, explanation, null));
        }
    }

    private final Connector connector;
    private final ApplicationName applicationName;
    private final Supplier<PoolSettings> settings;
    private final Predicate<Duration> poolServedWithin;
    final Heartbeat heartbeat;
    private final BlockingQueue<PendingQuery<?>> queries = new ArrayBlockingQueue<>(MAX_QUERIES);
    private final CountDownLatch firstProbe = new CountDownLatch(1);
    private final Thread thread;
    private volatile boolean closed;
    private volatile int backendPid;

    // Accessed by the monitor's thread only.
    private Connection connection;
    private String name;
    private long pauseNanos = PERIOD_NANOS;

    /** @param poolServedWithin whether a connection of the pool proves that PostgreSQL answered within this time */
    Monitor(
            Connector connector,
            ApplicationName applicationName,
            Supplier<PoolSettings> settings,
            Predicate<Duration> poolServedWithin) {
        this.connector = connector;
        this.applicationName = applicationName;
        this.settings = settings;
        this.poolServedWithin = poolServedWithin;
        heartbeat = new Heartbeat(connector::mayBePooler, poolServedWithin);
        thread = DaemonThreads.start("database-monitor", this::run);
    }

    /**
     * Queues a query. Never blocks.
     *
     * @return completed on the monitor's thread, so that dependent stages must not block; exceptionally with a
     *     {@link DatabaseFailure} if PostgreSQL does not answer within 900 ms or too many queries wait, and with a
     *     {@link SQLException} if the statement fails
     */
    public <T> CompletionStage<T> submit(DiagnosticQuery<T> query) {
        PendingQuery<T> pending = new PendingQuery<>(query, new CompletableFuture<>());
        if (closed) {
            pending.refuse(Reason.SHUTTING_DOWN, "the monitor is closed");
        } else if (!queries.offer(pending)) {
            pending.refuse(Reason.QUEUE_FULL, MAX_QUERIES + " queries are already waiting for the monitor");
        } else if (closed) {
            refuseAll(); // It was closed concurrently, and may have drained the queue before this query was added.
        }
        return pending.result;
    }

    /**
     * Announces the new size of this process's pool to other processes immediately, not only at the next probe. Must be
     * called within a query, with its connection.
     */
    public void announce(Connection queryConnection, PoolSettings newSettings) throws SQLException {
        rename(queryConnection, applicationName.monitor(newSettings));
    }

    /** The PID of the monitor's backend; 0 if there is none or it is unknown. */
    public int backendPid() {
        return backendPid;
    }

    /** The current outage; empty if none is known. */
    public Optional<Outage> outage() {
        if (heartbeat.isAlive()) {
            return Optional.empty();
        }
        Throwable failure = heartbeat.failure();
        return Optional.of(
                failure == null
                        ? new Outage("", heartbeat.problem(), heartbeat.since(), false, Optional.empty())
                        : new Outage(
                                SqlState.of(failure),
                                SqlState.firstLine(failure),
                                heartbeat.since(),
                                true,
                                failure instanceof NoPrimaryException none
                                        ? Optional.of(none.reason())
                                        : Optional.empty()));
    }

    /** Waits for the result of the first probe, about one second at most. */
    void awaitFirstProbe() throws InterruptedException {
        firstProbe.await();
    }

    private void run() {
        long nextProbe = System.nanoTime();
        while (!closed) {
            if (nextProbe - System.nanoTime() <= 0) {
                probeAndRecord();
                nextProbe = System.nanoTime() + pauseNanos;
            } else {
                executeOne(nextProbe - System.nanoTime());
            }
        }
        disconnect();
        refuseAll();
    }

    private void probeAndRecord() {
        try {
            probe();
            heartbeat.answered();
            pauseNanos = PERIOD_NANOS;
        } catch (Throwable e) {
            // Catches even an Error, which would otherwise end the monitor's thread.
            boolean keptBack = isKeptBack(e);
            if (keptBack) {
                heartbeat.keptBack(e);
            } else {
                heartbeat.failed(e);
            }
            disconnect();
            pauseNanos = SqlState.isWithoutServer(e) && keptBack
                    ? PERIOD_WHILE_KEPT_BACK_NANOS
                    : Math.min(2 * pauseNanos, MAX_PERIOD_NANOS);
        } finally {
            firstProbe.countDown();
        }
    }

    /**
     * Probes the session; if it has ended, probes a new one. The end of the session is no outage, for example by
     * pg_terminate_backend, or by a firewall while the pool is served; the failure of a new session is.
     */
    private void probe() throws SQLException {
        if (connection != null) {
            try {
                probeSession();
                return;
            } catch (SQLException e) {
                if (SqlState.isWithoutServer(e) && (isKeptBack(e) || !poolServedWithin.test(SERVED_RECENTLY))) {
                    throw e; // A new session would get no answer either.
                }
                LOG.debug("The monitor's session failed; opening a new one", e);
                disconnect();
            }
        }
        PoolSettings now = settings.get();
        String newName = applicationName.monitor(now);
        connection = connector.open(new SessionOptions(
                newName, Optional.of(STATEMENT_TIMEOUT), loginTimeout(now), Optional.of(PROBE_TIMEOUT)));
        backendPid = connector.backendPid(connection);
        name = newName;
        connector.requirePrimary(connection);
    }

    /**
     * Short, because a new attempt reaches a recovered server sooner than a hanging one does; but, within
     * connect_timeout, longer than the pool's last login, so that slow logins do not fail.
     */
    private Duration loginTimeout(PoolSettings now) {
        Duration lastTimesMargin = connector.lastLogin().multipliedBy(LOGIN_MARGIN);
        Duration minimum = lastTimesMargin.compareTo(PROBE_TIMEOUT) < 0 ? PROBE_TIMEOUT : lastTimesMargin;
        return minimum.compareTo(now.connectTimeout()) < 0 ? minimum : now.connectTimeout();
    }

    private void probeSession() throws SQLException {
        String newName = applicationName.monitor(settings.get());
        if (!newName.equals(name)) {
            rename(connection, newName);
        }
        connector.requirePrimary(connection);
    }

    private void rename(Connection connection, String newName) throws SQLException {
        try (var statement = connection.prepareStatement("select set_config('application_name', ?, false)")) {
            statement.setString(1, newName);
            statement.execute();
        }
        name = newName;
    }

    /**
     * Whether the statement failed because it waited in the queue of a pooler, whose pool is full or paused. This is no
     * outage; if the pooler is gone, the next login fails.
     */
    private boolean isKeptBack(Throwable failure) {
        return connector.mayBePooler() && (SqlState.isWithoutServer(failure) || SqlState.isTooManyClients(failure));
    }

    private void executeOne(long timeoutNanos) {
        PendingQuery<?> pending;
        try {
            pending = queries.poll(timeoutNanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            return; // If the monitor is closed, the loop ends; otherwise the interrupt has no effect.
        }
        if (pending == null) {
            return;
        }
        if (connection == null) {
            pending.refuse(Reason.DATABASE_DOWN, "the monitor has no connection to PostgreSQL");
            return;
        }
        // Reported here too, because the last answer may expire before the next probe.
        pending.execute(connection).filter(this::isKeptBack).ifPresent(heartbeat::keptBack);
        if (Connector.isBroken(connection)) {
            disconnect(); // The next probe opens a new one and decides whether this is an outage.
        }
    }

    private void disconnect() {
        backendPid = 0;
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException | RuntimeException e) {
                LOG.debug("The monitor's connection failed to close", e);
            }
            connection = null;
        }
    }

    private void refuseAll() {
        for (PendingQuery<?> pending = queries.poll(); pending != null; pending = queries.poll()) {
            pending.refuse(Reason.SHUTTING_DOWN, "the monitor is closed");
        }
    }

    @Override
    public void close() {
        closed = true;
        DaemonThreads.stop(thread);
    }
}
