package app.rodmena.auth.database;

import app.rodmena.auth.common.SqlState;
import app.rodmena.auth.database.StatementExecution.StatementListener;
import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.pool.event.PoolEvents;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.StatementContext;

/**
 * Measures statements and notifies listeners. PostgreSQL has completed the statement by then, so a listener's exception
 * must not make it fail.
 */
final class TimingSqlLogger implements SqlLogger {
    private final PoolEvents events;
    final List<StatementListener> listeners = new CopyOnWriteArrayList<>();

    /** @param events counts and logs the exceptions of listeners */
    TimingSqlLogger(PoolEvents events) {
        this.events = events;
    }

    @Override
    public void logAfterExecution(StatementContext context) {
        notifyListeners(context, context.getCompletionMoment(), "");
    }

    @Override
    public void logException(StatementContext context, SQLException failure) {
        notifyListeners(
                context,
                context.getExceptionMoment(),
                Optional.ofNullable(failure.getSQLState()).orElse(SqlState.GENERAL_ERROR));
    }

    private void notifyListeners(StatementContext context, Instant end, String sqlState) {
        if (listeners.isEmpty() || context.getExecutionMoment() == null || end == null) {
            return;
        }
        String sql = Optional.ofNullable(context.getRenderedSql()).orElse("");
        CallContext caller = ThreadBoundConnectionFactory.caller();
        StatementExecution execution = new StatementExecution(
                StatementExecution.nameOf(sql),
                sql,
                caller.route(),
                caller.ids(),
                Duration.between(context.getExecutionMoment(), end),
                sqlState);
        events.notifyListeners(listeners, "a statement", listener -> listener.onStatement(execution));
    }
}
