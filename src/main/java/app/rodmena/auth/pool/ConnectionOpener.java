package app.rodmena.auth.pool;

import static app.rodmena.auth.pool.event.PoolEventKind.CONNECT_FAILED;

import app.rodmena.auth.common.SqlState;
import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.postgres.SingleLoginDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Opens connections for Hikari, on Hikari's single thread for this task. Opens a connection only when a slot is free
 * and a caller still waits for one, and retries with exponential backoff while PostgreSQL refuses.
 */
final class ConnectionOpener extends SingleLoginDataSource {
    private static final long SLOT_CHECK_MILLIS = 2;
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long MAX_PAUSE_MILLIS = 1_000;
    private static final long SLOW_ATTEMPT_NANOS = Duration.ofSeconds(1).toNanos();

    /** After this time without an attempt, because no caller needed one, the last failure shows nothing any more. */
    private static final long FAILURE_VALID_NANOS = Duration.ofSeconds(10).toNanos();

    record Outage(SQLException cause, Instant since, long lastTriedNanos) {
        /** For this long after a failed attempt, new callers are refused without waiting for another attempt. */
        private static final long VALID_NANOS = Duration.ofMillis(500).toNanos();

        boolean isRecent(long now) {
            return now - lastTriedNanos < VALID_NANOS;
        }
    }

    private final PoolContext pool;
    private final Consumer<SQLException> onOutage;
    private final SQLException overdueLogin = new SQLTransientConnectionException(
            "PostgreSQL does not complete the login of a new connection", SqlState.UNABLE_TO_CONNECT);
    private volatile Outage outage;
    private volatile SQLException lastFailure;
    private volatile long lastFailedNanos;

    /** The start of the current attempt; 0 if there is none. */
    private volatile long attemptSinceNanos;

    volatile Thread openingThread;
    private volatile Supplier<Throwable> observedFailure = () -> null;

    // Written under the lock.

    /** Failed attempts since the last that succeeded. */
    private volatile int failures;

    /** Connections opened since one had its first checkout. */
    private volatile int unused;

    /**
     * Of {@link #unused}, the number that broke before their first checkout. While it is not 0, opening a connection
     * does not count as a success.
     */
    private int discarded;

    /** @param onOutage called when an attempt has failed and no connection is open */
    ConnectionOpener(PoolContext pool, Consumer<SQLException> onOutage) {
        this.pool = pool;
        this.onOutage = onOutage;
    }

    /** The current outage; null if connections can be opened, and while any connection is open. */
    Outage outage() {
        if (pool.counter.open() > 0) {
            return null;
        }
        Outage unanswered = unansweredAttempt();
        return unanswered != null ? unanswered : isFailureOld() ? null : outage;
    }

    /**
     * Detects an outage before the current attempt fails, because an unanswered attempt takes connect_timeout to fail.
     * A slow attempt counts as an outage if the monitor connection gets no response either, or the login is overdue.
     */
    private Outage unansweredAttempt() {
        long now = pool.now();
        long since = attemptSinceNanos;
        long elapsed = now - since;
        if (since == 0 || elapsed < SLOW_ATTEMPT_NANOS) {
            return null;
        }
        Outage before = outage;
        Instant start = before == null ? Instant.now().minusNanos(elapsed) : before.since;
        if (observedFailure.get() instanceof SQLException failure && ConnectionValidator.isTimeout(failure)) {
            return new Outage(failure, start, now);
        }
        return pool.source.isLoginOverdue(Duration.ofNanos(elapsed), pool.settings.connectTimeout())
                ? new Outage(overdueLogin, start, now)
                : null;
    }

    /** Whether no attempt runs, and the last failure is too old to hold for the next one. */
    private boolean isFailureOld() {
        return attemptSinceNanos == 0 && pool.now() - lastFailedNanos > FAILURE_VALID_NANOS;
    }

    /** @param failure supplies the failure of the last request on the monitor connection; null after a success */
    void observe(Supplier<Throwable> failure) {
        observedFailure = failure;
    }

    /** The failure of the last attempt; null if it succeeded, or no caller has needed another one for 10 s. */
    SQLException lastFailure() {
        return isFailureOld() ? null : lastFailure;
    }

    OpeningView view() {
        long since = attemptSinceNanos;
        Optional<Outage> current = Optional.ofNullable(outage());
        return new OpeningView(
                pool.acquiring.get(),
                since == 0 ? Optional.empty() : Optional.of(Duration.ofNanos(pool.now() - since)),
                current.map(Outage::cause).or(() -> Optional.ofNullable(lastFailure())),
                failures,
                unused,
                current.map(Outage::since));
    }

    synchronized void noteFirstCheckout() {
        unused = 0;
        discarded = 0;
        clearFailure();
    }

    /** Notes that a connection broke before its first checkout, which counts as a failed attempt. */
    void noteDiscard(SQLException failure, long ageNanos) {
        synchronized (this) {
            discarded++;
        }
        recordFailure(failure, ageNanos, false);
    }

    @Override
    public Connection getConnection() throws SQLException {
        long pause = FIRST_PAUSE_MILLIS;
        try {
            while (pool.acquiring.get() > 0 && !pool.closing) {
                if (!pool.counter.tryReserve(pool.settings, pool.validating.get())) {
                    pool.awaitFreeSlot(SLOT_CHECK_MILLIS);
                    continue;
                }
                Connection opened = tryOpen();
                if (opened != null) {
                    return opened;
                }
                pool.awaitFreeSlot(pause);
                pause = Math.min(2 * pause, MAX_PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new SQLTransientConnectionException("no caller waits for another connection");
    }

    private Connection tryOpen() {
        long started = pool.now();
        // Read before opening: a mark during the attempt also applies to this connection.
        int generation = pool.generation;
        Connection raw = null;
        attemptSinceNanos = started;
        openingThread = Thread.currentThread();
        try {
            raw = pool.source.open(pool.settings.sessionOptions(pool.applicationName));
            if (pool.closing) { // After the shutdown nothing else would close the connection.
                throw new SQLTransientConnectionException("the pool was closed while the connection was being opened");
            }
            PhysicalConnection connection =
                    new PhysicalConnection(pool, this, raw, pool.source.backendPid(raw), generation);
            noteOpened();
            connection.register(pool.now() - started);
            return connection;
        } catch (Throwable e) {
            closeQuietly(raw);
            pool.freeSlot();
            long took = pool.now() - started;
            recordFailure(
                    e instanceof SQLException failure ? failure : new SQLException(e), took, took > SLOW_ATTEMPT_NANOS);
            return null;
        } finally {
            attemptSinceNanos = 0;
        }
    }

    private synchronized void noteOpened() {
        unused++;
        if (discarded == 0) {
            clearFailure();
        }
    }

    private void clearFailure() {
        failures = 0;
        lastFailure = null;
        outage = null;
    }

    /** Notes a failed attempt. Two consecutive failures, or a slow one, are an outage; one quick failure is not. */
    private void recordFailure(SQLException failure, long tookNanos, boolean slow) {
        boolean isOutage;
        boolean isNew;
        synchronized (this) {
            failures++;
            // A repeated exception object means that no login was tried: see Connector on refused logins.
            isNew = failure != lastFailure;
            lastFailure = failure;
            lastFailedNanos = pool.now();
            isOutage = failures > 1 || slow;
            if (isOutage) {
                Instant since = outage == null ? Instant.now() : outage.since;
                outage = new Outage(failure, since, pool.now());
            }
        }
        if (isNew) {
            String cause = String.valueOf(failure.getMessage());
            pool.emit(CONNECT_FAILED, pool.now(), 0, 0, tookNanos, CallContext.POOL, cause, Optional.empty());
        }
        if (isOutage && pool.counter.open() == 0) {
            onOutage.accept(failure);
        }
    }

    private static void closeQuietly(Connection connection) {
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException | RuntimeException e) {
                // The connection was never in use, and the original failure is reported.
            }
        }
    }

    /** The timeout in seconds; on shutdown, Hikari waits this long for the opening thread to end. */
    @Override
    public int getLoginTimeout() {
        return (int) pool.settings.connectTimeout().toSeconds() + 1;
    }
}
