package app.rodmena.auth.database;

import app.rodmena.auth.pool.event.CallContext;
import java.sql.Connection;
import java.sql.SQLException;
import org.jdbi.v3.core.ConnectionFactory;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.Jdbi;

/** Passes the connection of the current thread's checkout to JDBI, whose requests have no parameter for it. */
final class ThreadBoundConnectionFactory implements ConnectionFactory {
    private static final ThreadLocal<BoundConnection> CURRENT = new ThreadLocal<>();

    private record BoundConnection(CallContext caller, Connection connection) {}

    static <T> T with(CallContext caller, Connection connection, Jdbi jdbi, HandleCallback<T, RuntimeException> work) {
        CURRENT.set(new BoundConnection(caller, connection));
        try {
            return jdbi.withHandle(work);
        } finally {
            CURRENT.remove();
        }
    }

    /** The caller that this thread has a connection for; empty if it has none. */
    static CallContext caller() {
        BoundConnection bound = CURRENT.get();
        return bound == null ? CallContext.POOL : bound.caller;
    }

    @Override
    public Connection openConnection() throws SQLException {
        BoundConnection bound = CURRENT.get();
        if (bound == null) {
            throw new SQLException("no connection is checked out on this thread: go through DatabaseEngine.call");
        }
        return bound.connection;
    }

    /** Does nothing: the code that checked the connection out checks it in. */
    @Override
    public void closeConnection(Connection connection) {}
}
