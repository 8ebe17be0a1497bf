package app.rodmena.auth.postgres.embedded;

import app.rodmena.auth.postgres.DatabaseTarget;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;

/** Runs statements on separate connections. */
final class Sql {
    private Sql() {}

    /** The first column of the first row. */
    static String ask(DatabaseTarget target, String query) throws SQLException {
        try (var connection = DriverManager.getConnection(
                        target.jdbcUrl(), target.user(), target.password().reveal());
                var statement = connection.createStatement();
                var row = statement.executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }

    static void run(DatabaseTarget target, String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(
                        target.jdbcUrl(), target.user(), target.password().reveal());
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The same database with the superuser's login, whose password is in the directory. */
    static DatabaseTarget asSuperuser(EmbeddedDatabase database, Path directory) throws Exception {
        return new DatabaseTarget(
                database.target().jdbcUrl(),
                "postgres",
                Credentials.readFrom(directory.resolve("pgpass")).superuser());
    }
}
