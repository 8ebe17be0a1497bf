package app.rodmena.auth.database;

import java.sql.Connection;
import java.sql.SQLException;
import org.jdbi.v3.core.ConnectionFactory;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.Jdbi;

/** Lets JDBI work on a connection that is checked out already; JDBI itself asks for one without saying for whom. */
final class LeasedConnection implements ConnectionFactory {
    private static final ThreadLocal<Connection> CURRENT = new ThreadLocal<>();

    static <T> T with(Connection connection, Jdbi jdbi, HandleCallback<T, RuntimeException> work) {
        CURRENT.set(connection);
        try {
            return jdbi.withHandle(work);
        } finally {
            CURRENT.remove();
        }
    }

    @Override
    public Connection openConnection() throws SQLException {
        Connection connection = CURRENT.get();
        if (connection == null) {
            throw new SQLException("no connection is checked out on this thread: go through DatabaseEngine.call");
        }
        return connection;
    }

    /** Nothing to do: whoever checked it out gives it back. */
    @Override
    public void closeConnection(Connection connection) {}
}
