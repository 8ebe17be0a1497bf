package app.rodmena.auth.database;

import app.rodmena.auth.events.Caller;
import app.rodmena.auth.events.LogThrottle;
import app.rodmena.auth.pool.Lane;
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
final class InquiryWork<Q, A> implements Lane.Work<Q, A> {
    private final LogThrottle log = new LogThrottle(LoggerFactory.getLogger("auth.database"));
    private final Inquiry<Q, A> inquiry;
    private final Jdbi jdbi;
    private final FailureReporter reporter;

    InquiryWork(Inquiry<Q, A> inquiry, Jdbi jdbi, FailureReporter reporter) {
        this.inquiry = inquiry;
        this.jdbi = jdbi;
        this.reporter = reporter;
    }

    @Override
    public List<Lane.Answer<A>> answer(Caller caller, Connection connection, List<Q> questions) {
        if (questions.size() == 1) {
            return List.of(Lane.Answer.of(alone(caller, connection, questions.get(0))));
        }
        try {
            return together(caller, connection, questions).stream()
                    .map(Lane.Answer::of)
                    .toList();
        } catch (RuntimeException failure) {
            if (Failures.of(failure) instanceof DatabaseFailure) {
                throw failure;
            }
            String message = SqlStates.firstLine(failure);
            log.log(
                    Level.WARN,
                    caller.route() + message,
                    () -> "%s: a batch of %s requests failed, so each is run alone: %s"
                            .formatted(caller.route(), questions.size(), message),
                    count -> "%s: %s more batches failed in the last second and were run one by one: %s"
                            .formatted(caller.route(), count, message));
            return eachAlone(caller, connection, questions);
        }
    }

    /** Returns one result for each query, in their order. */
    private List<A> together(Caller caller, Connection connection, List<Q> questions) {
        List<A> answers = with(caller, connection, handle -> inquiry.askTogether(handle, questions));
        if (answers.size() != questions.size()) {
            throw new IllegalStateException("%s results for %s queries".formatted(answers.size(), questions.size()));
        }
        return answers;
    }

    private A alone(Caller caller, Connection connection, Q question) {
        return with(caller, connection, handle -> inquiry.ask(handle, question));
    }

    private List<Lane.Answer<A>> eachAlone(Caller caller, Connection connection, List<Q> questions) {
        List<Lane.Answer<A>> answers = new ArrayList<>(questions.size());
        DatabaseFailure gone = null;
        for (Q question : questions) {
            if (gone != null) {
                answers.add(Lane.Answer.failed(gone));
                continue;
            }
            try {
                answers.add(Lane.Answer.of(alone(caller, connection, question)));
            } catch (RuntimeException failure) {
                // If the database failed, the remaining queries are not run.
                int unanswered = questions.size() - answers.size();
                Throwable told = told(caller.together(unanswered), failure);
                answers.add(Lane.Answer.failed(told));
                gone = told instanceof DatabaseFailure now ? now : null;
            }
        }
        return answers;
    }

    @Override
    public Throwable told(Caller caller, Throwable failure) {
        return reporter.report(caller, failure);
    }

    private <T> T with(Caller caller, Connection connection, HandleCallback<T, RuntimeException> work) {
        return LeasedConnection.with(caller, connection, jdbi, work);
    }
}
