package app.rodmena.auth.database;

import java.time.Duration;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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

    /** As all of ours begin; so PostgreSQL shows the same name in pg_stat_activity and in its log. */
    private static final Pattern NAME = Pattern.compile("\\s*/\\* ([a-z_]{1,40}\\.[a-z_]{1,40}) \\*/");

    public StatementRun {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(sql, "sql");
        Objects.requireNonNull(route, "route");
        Objects.requireNonNull(took, "took");
        Objects.requireNonNull(sqlState, "sqlState");
    }

    /**
     * The name in the comment that a statement begins with; {@link #UNNAMED} where there is none, or something else in
     * it: names are shown as they are, and so can be no client key, for want of digits.
     */
    public static String nameOf(String sql) {
        Matcher name = NAME.matcher(sql);
        return name.lookingAt() ? name.group(1) : UNNAMED;
    }

    /** Whether PostgreSQL did what was asked. */
    public boolean succeeded() {
        return sqlState.isEmpty();
    }
}
