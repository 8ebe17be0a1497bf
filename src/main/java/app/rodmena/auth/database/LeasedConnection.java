package app.rodmena.auth.database;

import app.rodmena.auth.events.Caller;
import java.sql.Connection;
import java.sql.SQLException;
import org.jdbi.v3.core.ConnectionFactory;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.Jdbi;

/** Lets JDBI work on a connection that is checked out already; JDBI itself asks for one without saying for whom. */
final class LeasedConnection implements ConnectionFactory {
    private static final ThreadLocal<Loan> CURRENT = new ThreadLocal<>();

    private record Loan(Caller caller, Connection connection) {}

    static <T> T with(Caller caller, Connection connection, Jdbi jdbi, HandleCallback<T, RuntimeException> work) {
        CURRENT.set(new Loan(caller, connection));
        try {
            return jdbi.withHandle(work);
        } finally {
            CURRENT.remove();
        }
    }

    /** On whose behalf this thread has a connection; nobody's if it has none. */
    static Caller caller() {
        Loan loan = CURRENT.get();
        return loan == null ? Caller.NOBODY : loan.caller;
    }

    @Override
    public Connection openConnection() throws SQLException {
        Loan loan = CURRENT.get();
        if (loan == null) {
            throw new SQLException("no connection is checked out on this thread: go through DatabaseEngine.call");
        }
        return loan.connection;
    }

    /** Nothing to do: whoever checked it out gives it back. */
    @Override
    public void closeConnection(Connection connection) {}
}
