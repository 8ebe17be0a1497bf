package app.rodmena.auth.testing;

import java.sql.Connection;
import java.sql.SQLException;

/** A PostgreSQL of a test's own, or a cluster of several, as its superuser reaches the primary. */
public interface SuperuserAccess extends AutoCloseable {
    /** A connection that does not wait for ever for a server that is silent. */
    Connection superuser(String database) throws SQLException;

    default Connection superuser() throws SQLException {
        return superuser("postgres");
    }

    /** Statements on a connection of the superuser's own. */
    default void execute(String database, String... statements) throws SQLException {
        try (Connection connection = superuser(database);
                var statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** Ends it at once. */
    @Override
    void close();
}
