package app.rodmena.auth.pool;

import com.zaxxer.hikari.pool.HikariPool;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection that is checked out. Close the lease, not the connection: only then the next caller is admitted. Closing
 * twice does nothing. To be used by one thread at a time.
 */
public final class Lease implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Lease.class);

    private final HikariPool hikari;
    private final ConnectionSource source;
    private final Gate gate;
    private final Admission admission;
    private final Connection connection;
    private final PhysicalConnection physical;
    private final long checkout;
    private final AtomicBoolean closed = new AtomicBoolean();

    Lease(
            HikariPool hikari,
            ConnectionSource source,
            Gate gate,
            Admission admission,
            Connection connection,
            PhysicalConnection physical) {
        this.hikari = hikari;
        this.source = source;
        this.gate = gate;
        this.admission = admission;
        this.connection = connection;
        this.physical = physical;
        this.checkout = physical.checkouts();
    }

    public Connection connection() {
        return connection;
    }

    /** The connection's number, never used twice in a process. */
    public int connectionId() {
        return physical.id();
    }

    /** The pid of PostgreSQL's process behind it; 0 where it is unknown. */
    public int backendPid() {
        return physical.backendPid();
    }

    /** Works on the connection; what that fails with because the connection was reclaimed meanwhile says so. */
    <T> T use(Pool.Work<T> work) throws SQLException {
        try {
            return work.run(connection);
        } catch (SQLException | RuntimeException | Error failure) {
            physical.inspectFailure(failure);
            String reclaimed = physical.reclaimed();
            if (!reclaimed.isEmpty()) {
                throw new SQLException(reclaimed, Reclaimed.SQL_STATE, failure);
            }
            throw failure;
        }
    }

    /** Takes the connection away from whoever has it, if it has not just given it back. */
    void reclaim() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        if (physical.reclaim(checkout)) {
            hikari.evictConnection(connection); // The place is free again once the connection is closed.
        } else {
            admission.giveBack(); // It broke meanwhile, and has been taken care of.
        }
    }

    /** Gives the connection back, rolling back what was not committed. Never throws: a broken one is replaced. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        try {
            // Closed it is if it broke, or if the borrower was ahead: then Hikari has it back already.
            boolean isOurs = !connection.isClosed();
            if (isOurs) {
                physical.inspectReports();
            }
            if (isOurs && physical.retireAtCheckin(checkout, gate.waiting() > 0)) {
                hikari.evictConnection(connection);
            } else {
                try {
                    endTransactionLeftOpen();
                } finally {
                    connection.close();
                }
            }
        } catch (SQLException | RuntimeException e) {
            LOG.debug("Connection {} broke while it was given back", physical.id(), e);
        } finally {
            admission.giveBack();
        }
    }

    /** Hikari ends what was begun through JDBC, but knows nothing of a BEGIN among the statements. */
    private void endTransactionLeftOpen() throws SQLException {
        if (source.isInTransaction(physical.delegate) && !connection.isClosed() && connection.getAutoCommit()) {
            try (var statement = connection.createStatement()) {
                statement.execute("rollback");
            }
        }
    }
}
