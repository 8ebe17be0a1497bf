package app.rodmena.auth.database;

import java.time.Duration;
import java.util.Objects;

/**
 * One statement that ended.
 *
 * @param name the statement's name, as {@code roles.list}; {@link #UNNAMED} where it has none
 * @param sql its text as it was written: placeholders stand for values, but whoever embeds may have written some into
 *     it
 * @param route what it was run for, as {@code GET /api/roles}
 * @param took from sending it until its answer began
 * @param sqlState what PostgreSQL failed with, as {@code 57014}; empty if it did what was asked
 */
public record StatementRun(String name, String sql, String route, Duration took, String sqlState) {
    /** The name of statements that have none. */
    public static final String UNNAMED = "unnamed";

    public StatementRun {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(sql, "sql");
        Objects.requireNonNull(route, "route");
        Objects.requireNonNull(took, "took");
        Objects.requireNonNull(sqlState, "sqlState");
    }

    /** Whether PostgreSQL did what was asked. */
    public boolean succeeded() {
        return sqlState.isEmpty();
    }
}
