package app.rodmena.auth.database;

import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.testing.TestPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Reads the schema of a database, and creates those of older versions. */
final class Catalogue {
    private Catalogue() {}

    static DatabaseTarget olderInstallation() {
        DatabaseTarget target = TestPostgres.freshDatabase();
        execute(target, olderInstallationScript());
        return target;
    }

    static String olderInstallationScript() {
        try (var script = Catalogue.class.getResourceAsStream("older-installation.sql")) {
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void execute(DatabaseTarget target, String sql) {
        try (Connection connection = TestPostgres.connect(target);
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The rows as text, with blanks between the columns. */
    static List<String> rows(DatabaseTarget target, String sql) {
        try (Connection connection = TestPostgres.connect(target);
                var statement = connection.createStatement();
                var result = statement.executeQuery(sql)) {
            List<String> rows = new ArrayList<>();
            while (result.next()) {
                List<String> row = new ArrayList<>();
                for (int column = 1; column <= result.getMetaData().getColumnCount(); column++) {
                    row.add(result.getString(column));
                }
                rows.add(String.join(" ", row));
            }
            return rows;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
