package app.rodmena.auth.pool;

import app.rodmena.auth.common.SqlState;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A checked-out connection. Close the lease, not the connection: only then the next caller is admitted. Closing is
 * idempotent. Not thread-safe, except that the pool may reclaim it concurrently.
 */
final class Lease implements AutoCloseable {
    private enum State {
        OPEN,
        /** A cancel of the running statement is being sent. */
        CANCELLING,
        CLOSED
    }

    private static final Logger LOG = LoggerFactory.getLogger(Lease.class);

    /**
     * configuration_limit_exceeded: unlike the SQLState of a broken connection, it does not make Hikari evict the
     * connection.
     */
    private static final String RECLAIMED = SqlState.LIMIT_EXCEEDED;

    private final ConnectionAcquirer acquirer;
    private final Permit permit;
    final Connection connection;
    final PhysicalConnection physical;
    private final long checkout;
    private final AtomicReference<State> state = new AtomicReference<>(State.OPEN);

    Lease(ConnectionAcquirer pool, Permit permit, Connection connection, PhysicalConnection physical) {
        this.acquirer = pool;
        this.permit = permit;
        this.connection = connection;
        this.physical = physical;
        this.checkout = physical.checkouts;
    }

    /** Runs work on the connection. If the connection was reclaimed meanwhile, the exception says so. */
    <T> T use(Pool.Work<T> work) throws SQLException {
        try {
            return work.run(connection);
        } catch (SQLException | RuntimeException | Error failure) {
            physical.inspectFailure(failure);
            String reclaimed = physical.reclaimed();
            if (!reclaimed.isEmpty()) {
                throw new SQLException(reclaimed, RECLAIMED, failure);
            }
            throw failure;
        }
    }

    /** The replacement for a reclaimed connection: it is closed, and its methods fail with the reason. */
    static Connection reclaimedConnection(String reason) {
        InvocationHandler handler = (proxy, method, arguments) -> switch (method.getName()) {
            case "isClosed" -> true;
            case "isValid", "isWrapperFor", "equals" -> false;
            case "hashCode" -> System.identityHashCode(proxy);
            case "toString" -> reason;
            case "close", "abort" -> null;
            default -> throw new SQLException(reason, RECLAIMED);
        };
        return (Connection)
                Proxy.newProxyInstance(Lease.class.getClassLoader(), new Class<?>[] {Connection.class}, handler);
    }

    /**
     * Cancels the running statement, if there is one; takes at most one second. The lease is not closed meanwhile, so
     * that the cancel does not reach a statement of the next caller.
     */
    void cancelStatement() {
        if (!state.compareAndSet(State.OPEN, State.CANCELLING)) {
            return;
        }
        try {
            acquirer.context().source.cancel(physical.delegate);
        } catch (SQLException | RuntimeException e) {
            LOG.debug("The statement on connection {} was not cancelled", physical.id, e);
        } finally {
            synchronized (state) {
                state.set(State.OPEN);
                state.notifyAll();
            }
        }
    }

    private boolean markClosed() {
        while (!state.compareAndSet(State.OPEN, State.CLOSED)) {
            if (state.get() == State.CLOSED) {
                return false;
            }
            awaitCancel();
        }
        return true;
    }

    private void awaitCancel() {
        boolean interrupted = false;
        synchronized (state) {
            while (state.get() == State.CANCELLING) {
                try {
                    state.wait();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Revokes the connection from its holder, unless the holder has returned it already. */
    void reclaim() {
        if (!state.compareAndSet(State.OPEN, State.CLOSED)) {
            return;
        }
        if (physical.reclaim(checkout)) {
            acquirer.hikari().evictConnection(connection); // The permit is returned when the connection is closed.
        } else {
            permit.release(); // The connection broke meanwhile and is already being closed.
        }
    }

    /** Returns the connection and rolls back an open transaction. Never throws: a broken connection is replaced. */
    @Override
    public void close() {
        if (!markClosed()) {
            return;
        }
        try {
            // The connection is closed if it broke, or if the caller closed it; in the latter case Hikari already has
            // it back.
            boolean isOpen = !connection.isClosed();
            if (isOpen) {
                physical.inspectReports();
            }
            physical.noteIfBroken();
            if (isOpen
                    && physical.retireAtCheckin(
                            checkout, acquirer.admissionQueue().waiting() > 0)) {
                acquirer.hikari().evictConnection(connection);
            } else {
                try {
                    rollBackOpenTransaction();
                } finally {
                    connection.close();
                }
            }
        } catch (SQLException | RuntimeException e) {
            LOG.debug("Connection {} broke while it was being returned", physical.id, e);
        } finally {
            permit.release();
        }
    }

    /** Rolls back a transaction that a BEGIN statement started; Hikari rolls back only those of JDBC. */
    private void rollBackOpenTransaction() throws SQLException {
        if (acquirer.context().source.isInTransaction(physical.delegate)
                && !connection.isClosed()
                && connection.getAutoCommit()) {
            try (var statement = connection.createStatement()) {
                statement.execute("rollback");
            }
        }
    }
}
