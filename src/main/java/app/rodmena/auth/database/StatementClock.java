package app.rodmena.auth.database;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.StatementContext;

/**
 * Tells how long statements take. A statement is named by the comment that it begins with: so PostgreSQL shows the same
 * name in pg_stat_activity and in its log.
 */
final class StatementClock implements SqlLogger {
    private static final String OPENING = "/* ";
    private static final String CLOSING = " */";

    /** The SQLState of what failed without one. */
    private static final String GENERAL_ERROR = "HY000";

    private final List<StatementListener> listeners = new CopyOnWriteArrayList<>();

    void add(StatementListener listener) {
        listeners.add(listener);
    }

    void remove(StatementListener listener) {
        listeners.remove(listener);
    }

    @Override
    public void logAfterExecution(StatementContext context) {
        tell(context, context.getCompletionMoment(), "");
    }

    @Override
    public void logException(StatementContext context, SQLException failure) {
        tell(
                context,
                context.getExceptionMoment(),
                Optional.ofNullable(failure.getSQLState()).orElse(GENERAL_ERROR));
    }

    private void tell(StatementContext context, Instant end, String sqlState) {
        if (listeners.isEmpty() || context.getExecutionMoment() == null || end == null) {
            return;
        }
        String sql = Optional.ofNullable(context.getRenderedSql()).orElse("");
        StatementRun run = new StatementRun(
                nameOf(sql),
                sql,
                LeasedConnection.caller().route(),
                Duration.between(context.getExecutionMoment(), end),
                sqlState);
        for (StatementListener listener : listeners) {
            listener.onStatement(run);
        }
    }

    static String nameOf(String sql) {
        int end = sql.startsWith(OPENING) ? sql.indexOf(CLOSING) : -1;
        return end < 0 ? StatementRun.UNNAMED : sql.substring(OPENING.length(), end);
    }
}
