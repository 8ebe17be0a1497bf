package app.rodmena.auth.pool;

import static app.rodmena.auth.pool.event.PoolEventKind.INVALIDATE;
import static app.rodmena.auth.pool.event.PoolEventKind.RECYCLE;

import app.rodmena.auth.pool.event.ConnectionCandidate;
import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * Validates a connection before a checkout: invalidation mark, age, pre-ping, interceptors. A connection that fails is
 * retired. Thread-safe.
 */
final class ConnectionValidator {
    /** The maximum wait for a ping; connect_timeout and the caller's deadline can shorten it. */
    private static final long MAX_PING_MILLIS = 2_000;

    private ConnectionValidator() {}

    static boolean passes(PhysicalConnection connection, PoolContext pool, CheckoutContext context) {
        PoolSettings settings = pool.settings;
        long now = pool.now();
        long ageNanos = now - connection.openedNanos;
        if (connection.isMarked()) {
            connection.retire("soft-invalidated");
            return false;
        }
        if (ageNanos > settings.poolRecycle().toNanos()) {
            connection.retire(RECYCLE, ageNanos, "older than pool_recycle");
            return false;
        }
        if (settings.prePing().isDue(now - connection.idleSinceNanos, pool.hasBrokenSince(connection.idleSinceNanos))) {
            Duration remaining = Duration.ofNanos(context.permit.deadlineNanos() - now);
            SQLException failure = pool.validate(() -> ping(connection.delegate, settings, remaining));
            if (failure != null) {
                if (isTimeout(failure)) {
                    // An unanswered ping costs the caller its timeout, and pings on the other connections are likely
                    // to be unanswered too: mark them all, so that later callers do not wait.
                    pool.markAll("a pre-ping was not answered");
                }
                pool.noteBroken();
                connection.retireBroken(ageNanos, failure);
                return false;
            }
            if (connection.markIfUnusable()) { // The response to the ping contains pending status reports.
                connection.retire("soft-invalidated");
                return false;
            }
            now = pool.now();
        }
        context.validAtNanos = now;
        return pool.interceptors.isEmpty() || passesInterceptors(connection, pool, context);
    }

    /**
     * Pings PostgreSQL with an empty statement, one round trip, within the time that the settings and the caller's
     * deadline allow.
     *
     * @return the failure; null if PostgreSQL responded
     */
    static SQLException ping(Connection connection, PoolSettings settings, Duration remaining) {
        long timeoutMillis =
                Math.min(MAX_PING_MILLIS, Math.min(settings.connectTimeout().toMillis(), remaining.toMillis()));
        try {
            int previousTimeout = connection.getNetworkTimeout();
            connection.setNetworkTimeout(Runnable::run, (int) Math.max(1, timeoutMillis));
            try (var statement = connection.createStatement()) {
                statement.execute("");
            }
            connection.setNetworkTimeout(Runnable::run, previousTimeout);
            return null;
        } catch (SQLException e) {
            return e;
        }
    }

    /** Whether the ping timed out, as opposed to a closed connection. */
    static boolean isTimeout(SQLException failure) {
        return failure.getCause() instanceof SocketTimeoutException;
    }

    private static boolean passesInterceptors(
            PhysicalConnection connection, PoolContext pool, CheckoutContext context) {
        NonClosingConnection checked = new NonClosingConnection(connection.delegate);
        ConnectionCandidate candidate = new ConnectionCandidate(
                connection.id,
                connection.backendPid,
                Duration.ofNanos(context.validAtNanos - connection.openedNanos),
                connection.checkouts,
                context.permit.caller(),
                checked);
        Optional<String> veto = pool.validate(() -> pool.interceptors.veto(candidate));
        long now = pool.now();
        context.validAtNanos = now;
        long ageNanos = now - connection.openedNanos;
        if (veto.isPresent()) {
            connection.retire(INVALIDATE, ageNanos, veto.get());
            context.delayAfterVeto(now);
            return false;
        }
        if (!checked.resetAndCheck()) {
            connection.retire(INVALIDATE, ageNanos, "broken by an interceptor");
            return false;
        }
        return true;
    }

    /** A connection for interceptors, which may use it but must not close it. */
    private static final class NonClosingConnection extends DelegatingConnection {
        NonClosingConnection(Connection delegate) {
            super(delegate);
        }

        /** Rolls back an open transaction, and returns whether the connection is still usable. */
        boolean resetAndCheck() {
            try {
                if (!isClosed() && !getAutoCommit()) {
                    rollback();
                    setAutoCommit(true);
                }
                return !isClosed();
            } catch (SQLException e) {
                return false;
            }
        }

        @Override
        public void close() throws SQLException {
            throw new SQLException("only the pool may close the connection");
        }

        @Override
        public void abort(Executor executor) throws SQLException {
            throw new SQLException("only the pool may abort the connection");
        }
    }
}
