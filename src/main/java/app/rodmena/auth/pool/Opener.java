package app.rodmena.auth.pool;

import static app.rodmena.auth.events.PoolEventKind.CONNECT_FAILED;

import app.rodmena.auth.events.Caller;
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
 * Opens the connections that Hikari asks for, on Hikari's one thread for that: not before there is a slot for them,
 * only while a caller still wants one, and again and again while PostgreSQL refuses.
 */
final class Opener extends SingleLoginDataSource {
    private static final long ROOM_CHECK_MILLIS = 2;
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 1_000;
    private static final long ACCIDENT_NANOS = Duration.ofSeconds(1).toNanos();

    /** PostgreSQL lets no connection be opened. */
    record Outage(SQLException cause, Instant since, long lastTriedNanos) {
        /** For how long after a failed attempt nobody needs to try again. */
        private static final long VALID_NANOS = Duration.ofMillis(500).toNanos();

        boolean isRecent(long now) {
            return now - lastTriedNanos < VALID_NANOS;
        }
    }

    private final PoolState pool;
    private final Consumer<SQLException> onOutage;
    private volatile Outage outage;
    private volatile SQLException lastFailure;

    /** When the present attempt began; 0 while there is none. */
    private volatile long attemptSinceNanos;

    private volatile Thread openingThread;
    private volatile Supplier<Throwable> otherFailure = () -> null;

    // Written under the lock.

    /** Failed attempts since the last that succeeded. */
    private volatile int failures;

    /** Connections opened since one had its first checkout. */
    private volatile int unused;

    /** Of these, the ones that broke before they were used: as long as there are any, opening another is no success. */
    private int discarded;

    /** @param onOutage told when an attempt failed and no connection is open either */
    Opener(PoolState pool, Consumer<SQLException> onOutage) {
        this.pool = pool;
        this.onOutage = onOutage;
    }

    /** Why nothing can be opened; null if it can, and while any connection is open. */
    Outage outage() {
        if (pool.ledger.open() > 0) {
            return null;
        }
        Outage silence = silence();
        return silence == null ? outage : silence;
    }

    /**
     * An attempt that gets no answer takes connect_timeout to fail. It is an outage earlier if it is slow and
     * PostgreSQL gives no answer on the other connection either.
     */
    private Outage silence() {
        long now = pool.now();
        long since = attemptSinceNanos;
        if (since == 0 || now - since < ACCIDENT_NANOS) {
            return null;
        }
        return otherFailure.get() instanceof SQLException failure && PrePinger.wasSilence(failure)
                ? new Outage(failure, Instant.now().minusNanos(now - since), now)
                : null;
    }

    /** @param failure what the last question on another connection failed with; gives null if it was answered */
    void observe(Supplier<Throwable> failure) {
        otherFailure = failure;
    }

    /** What the last attempt failed with; null if it succeeded. */
    SQLException lastFailure() {
        return lastFailure;
    }

    /** How it goes with opening connections. */
    OpeningView view() {
        long since = attemptSinceNanos;
        return new OpeningView(
                pool.borrowing.get(),
                since == 0 ? Optional.empty() : Optional.of(Duration.ofNanos(pool.now() - since)),
                Optional.ofNullable(lastFailure),
                failures,
                unused,
                Optional.ofNullable(outage()).map(Outage::since));
    }

    /** Whether Hikari opens connections on the current thread. */
    boolean isOpeningThread() {
        return Thread.currentThread() == openingThread;
    }

    /** A caller has got a connection that no caller had before. */
    synchronized void noteFirstCheckout() {
        unused = 0;
        discarded = 0;
        clearFailure();
    }

    /** A connection broke before any caller had it: that it could be opened was no success. */
    void noteDiscard(SQLException failure, long ageNanos) {
        synchronized (this) {
            discarded++;
        }
        failed(failure, ageNanos, false);
    }

    @Override
    public Connection getConnection() throws SQLException {
        long pause = FIRST_PAUSE_MILLIS;
        try {
            while (pool.borrowing.get() > 0 && !pool.closing) {
                if (!pool.ledger.tryReserve(pool.settings, pool.testing.get())) {
                    pool.awaitFreeSlot(ROOM_CHECK_MILLIS);
                    continue;
                }
                Connection opened = tryOpen();
                if (opened != null) {
                    return opened;
                }
                pool.awaitFreeSlot(pause);
                pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new SQLTransientConnectionException("nobody needs another connection any more");
    }

    private Connection tryOpen() {
        long started = pool.now();
        int generation = pool.generation; // Whatever is marked while this one is being opened, it may be, too.
        Connection raw = null;
        attemptSinceNanos = started;
        openingThread = Thread.currentThread();
        try {
            raw = pool.source.open(pool.settings);
            if (pool.closing) {
                throw new SQLTransientConnectionException("the pool was closed meanwhile"); // Nobody would close it.
            }
            PhysicalConnection connection =
                    new PhysicalConnection(pool, this, raw, pool.source.backendPid(raw), generation);
            noteOpened();
            connection.tellOpened(pool.now() - started);
            return connection;
        } catch (Throwable e) {
            closeQuietly(raw);
            pool.freeSlot();
            long took = pool.now() - started;
            failed(e instanceof SQLException failure ? failure : new SQLException(e), took, took > ACCIDENT_NANOS);
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

    /** One attempt that fails quickly may be an accident; two in a row, or one that took its time, are an outage. */
    private void failed(SQLException failure, long tookNanos, boolean slow) {
        boolean isOutage;
        boolean isNew;
        synchronized (this) {
            failures++;
            isNew = failure != lastFailure; // Else PostgreSQL was not asked: see Connector on refused logins.
            lastFailure = failure;
            isOutage = failures > 1 || slow;
            if (isOutage) {
                Instant since = outage == null ? Instant.now() : outage.since;
                outage = new Outage(failure, since, pool.now());
            }
        }
        if (isNew) {
            pool.emit(CONNECT_FAILED, 0, 0, tookNanos, Caller.NOBODY, String.valueOf(failure.getMessage()));
        }
        if (isOutage && pool.ledger.open() == 0) {
            onOutage.accept(failure);
        }
    }

    private static void closeQuietly(Connection connection) {
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException | RuntimeException e) {
                // It was never anybody's; what broke it is being told already.
            }
        }
    }

    /** Seconds; Hikari waits as long for the opening thread to end when it shuts down. */
    @Override
    public int getLoginTimeout() {
        return (int) pool.settings.connectTimeout().toSeconds() + 1;
    }
}
