package app.rodmena.auth.database;

import app.rodmena.auth.pool.event.RequestIds;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A completed statement.
 *
 * @param name the statement's name, for example {@code roles.list}; {@link #UNNAMED} if it has none
 * @param sql its SQL text as written: values are placeholders, except for literals in an embedding application's SQL
 * @param route the route that it was run for, for example {@code GET /api/roles}
 * @param took time from sending it to the start of the response
 * @param sqlState PostgreSQL's error code, for example {@code 57014}; empty after success
 */
public record StatementExecution(
        String name, String sql, String route, RequestIds ids, Duration took, String sqlState) {
    public static final String UNNAMED = "unnamed";

    /** The comment at the start of this server's statements, which pg_stat_activity and PostgreSQL's log also show. */
    private static final Pattern NAME = Pattern.compile("\\s*/\\* ([a-z_]{1,40}\\.[a-z_]{1,40}) \\*/");

    /**
     * The name in the comment at the start of a statement; {@link #UNNAMED} if there is none or it has another form.
     * Names are not masked; they contain no digits, so a client key cannot pass as a name.
     */
    public static String nameOf(String sql) {
        Matcher name = NAME.matcher(sql);
        return name.lookingAt() ? name.group(1) : UNNAMED;
    }

    public boolean succeeded() {
        return sqlState.isEmpty();
    }

    /**
     * Is notified of each statement, on the thread that ran it, concurrently; must not block. Its exceptions affect
     * neither that thread nor other listeners.
     */
    @FunctionalInterface
    public interface StatementListener {
        void onStatement(StatementExecution execution);
    }
}
