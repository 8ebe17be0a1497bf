package app.rodmena.auth.pool;

import static app.rodmena.auth.events.PoolEventKind.CONNECT_FAILED;

import app.rodmena.auth.events.Caller;
import app.rodmena.auth.postgres.SingleLoginDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

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
    record Outage(SQLException cause, long lastTriedNanos) {
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

    /** Failed attempts since the last that succeeded; only the opening thread uses it. */
    private int failures;

    /** @param onOutage told when an attempt failed and no connection is open either */
    Opener(PoolState pool, Consumer<SQLException> onOutage) {
        this.pool = pool;
        this.onOutage = onOutage;
    }

    /** Why nothing can be opened; null if it can, and while any connection is open. */
    Outage outage() {
        return pool.ledger.open() == 0 ? outage : null;
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
                Optional.ofNullable(lastFailure));
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
        try {
            raw = pool.source.open(pool.settings);
            if (pool.closing) {
                throw new SQLTransientConnectionException("the pool was closed meanwhile"); // Nobody would close it.
            }
            PhysicalConnection connection = new PhysicalConnection(pool, raw, pool.source.backendPid(raw), generation);
            outage = null;
            lastFailure = null;
            failures = 0;
            connection.tellOpened(pool.now() - started);
            return connection;
        } catch (Throwable e) {
            closeQuietly(raw);
            pool.freeSlot();
            failed(e instanceof SQLException failure ? failure : new SQLException(e), pool.now() - started);
            return null;
        } finally {
            attemptSinceNanos = 0;
        }
    }

    /** One attempt that fails quickly may be an accident; two in a row, or one that took its time, are an outage. */
    private void failed(SQLException failure, long tookNanos) {
        failures++;
        if (failure != lastFailure) { // The same again where PostgreSQL was not asked: see Connector on refused logins.
            pool.emit(CONNECT_FAILED, 0, 0, tookNanos, Caller.NOBODY, String.valueOf(failure.getMessage()));
        }
        lastFailure = failure;
        if (failures > 1 || tookNanos > ACCIDENT_NANOS) {
            outage = new Outage(failure, pool.now());
            if (pool.ledger.open() == 0) {
                onOutage.accept(failure);
            }
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
