package app.rodmena.auth.database;

import app.rodmena.auth.common.LogThrottle;
import app.rodmena.auth.common.SqlState;
import app.rodmena.auth.pool.BatchQueue;
import app.rodmena.auth.pool.event.CallContext;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Runs the queries of a batch on one connection.
 *
 * <ul>
 *   <li>A single query uses the single statement, several use the batch statement.
 *   <li>Each query gets its own result or a failure, never the result of another query.
 *   <li>If the database fails, all queries fail with a {@link DatabaseFailure}.
 *   <li>Any other failure may be caused by one query: then each query is run and fails alone.
 * </ul>
 */
record BatchQueryExecutor<Q, A>(BatchQuery<Q, A> query, Jdbi jdbi, FailureReporter reporter)
        implements BatchQueue.BatchTask<Q, A> {
    private static final LogThrottle LOG = new LogThrottle(LoggerFactory.getLogger("auth.database"));

    @Override
    public List<BatchQueue.BatchResult<A>> process(CallContext caller, Connection connection, List<Q> inputs) {
        if (inputs.size() == 1) {
            return List.of(BatchQueue.BatchResult.of(executeSingle(caller, connection, inputs.get(0))));
        }
        try {
            return executeBatch(caller, connection, inputs).stream()
                    .map(BatchQueue.BatchResult::of)
                    .toList();
        } catch (RuntimeException failure) {
            if (DatabaseFailure.translate(failure) instanceof DatabaseFailure) {
                throw failure;
            }
            String message = SqlState.firstLine(failure);
            LOG.log(
                    Level.WARN,
                    caller.route() + message,
                    () -> "%s: a batch of %s requests failed, so each is run alone: %s"
                            .formatted(caller.route(), inputs.size(), message),
                    count -> "%s: %s more batches failed in the last second and were run one by one: %s"
                            .formatted(caller.route(), count, message));
            return executeEach(caller, connection, inputs);
        }
    }

    private List<A> executeBatch(CallContext caller, Connection connection, List<Q> inputs) {
        List<A> results = with(caller, connection, handle -> query.executeBatch(handle, inputs));
        if (results.size() != inputs.size()) {
            throw new IllegalStateException("%s results for %s queries".formatted(results.size(), inputs.size()));
        }
        return results;
    }

    private A executeSingle(CallContext caller, Connection connection, Q input) {
        return with(caller, connection, handle -> query.execute(handle, input));
    }

    private List<BatchQueue.BatchResult<A>> executeEach(CallContext caller, Connection connection, List<Q> inputs) {
        List<BatchQueue.BatchResult<A>> results = new ArrayList<>(inputs.size());
        DatabaseFailure outage = null;
        for (Q input : inputs) {
            if (outage != null) {
                results.add(BatchQueue.BatchResult.failed(outage));
                continue;
            }
            try {
                results.add(BatchQueue.BatchResult.of(executeSingle(caller, connection, input)));
            } catch (RuntimeException failure) {
                // If the database failed, the remaining queries are not run.
                int remaining = inputs.size() - results.size();
                Throwable reported = report(caller.batchOf(remaining), failure);
                results.add(BatchQueue.BatchResult.failed(reported));
                outage = reported instanceof DatabaseFailure databaseFailure ? databaseFailure : null;
            }
        }
        return results;
    }

    @Override
    public Throwable report(CallContext caller, Throwable failure) {
        return reporter.report(caller, failure);
    }

    private <T> T with(CallContext caller, Connection connection, HandleCallback<T, RuntimeException> work) {
        return ThreadBoundConnectionFactory.with(caller, connection, jdbi, work);
    }
}
