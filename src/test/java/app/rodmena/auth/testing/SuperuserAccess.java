package app.rodmena.auth.testing;

import java.sql.Connection;
import java.sql.SQLException;

/** Superuser access to the primary of a test's own PostgreSQL server or cluster. */
public interface SuperuserAccess extends AutoCloseable {
    /** Opens a connection, with timeouts in case the server does not answer. */
    Connection superuser(String database) throws SQLException;

    default Connection superuser() throws SQLException {
        return superuser("postgres");
    }

    /** Runs statements on a new superuser connection. */
    default void execute(String database, String... statements) throws SQLException {
        try (Connection connection = superuser(database);
                var statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** Stops the servers immediately. */
    @Override
    void close();
}
