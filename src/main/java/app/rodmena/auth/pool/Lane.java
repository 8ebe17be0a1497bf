package app.rodmena.auth.pool;

import app.rodmena.auth.events.Caller;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A line of callers at the pool's gate who ask the same kind of question, so that those who wait can be answered
 * together: natural batching. While at most batch_slots batches of a lane are under way, whoever comes waits, as the
 * pool's waiter with its own deadline, also while connections are free; when one has ended, all who wait by then (up to
 * {@code most}) go with one place, one connection, one piece of work. There is no timer: who comes while no batch is
 * under way goes at once and alone.
 *
 * <p>A lane is of one pool. Thread-safe.
 *
 * @param <Q> the questions
 * @param <A> their answers
 */
public final class Lane<Q, A> {
    /** Answers questions of a kind. Called by many threads at the same time. */
    public interface Work<Q, A> {
        /**
         * Answers questions, one or more.
         *
         * @param caller on whose behalf, of all of them
         * @return as many answers, in the order of the questions
         * @throws SQLException (or anything else) if none of them can be answered
         */
        List<Answer<A>> answer(Caller caller, Connection connection, List<Q> questions) throws SQLException;

        /**
         * What to fail questions with that got no answer.
         *
         * @param failure what {@link #answer} threw, or a {@link NoConnectionException}
         */
        default Throwable told(Caller caller, Throwable failure) {
            return failure;
        }
    }

    /**
     * What one question is answered with.
     *
     * @param failure why it has no answer; null if it has one, which may be null as well
     */
    public record Answer<A>(A value, Throwable failure) {
        public static <A> Answer<A> of(A value) {
            return new Answer<>(value, null);
        }

        public static <A> Answer<A> failed(Throwable failure) {
            return new Answer<>(null, failure);
        }
    }

    /** How many go together at most. */
    final int most;

    private final Work<Q, A> work;

    // The gate's, under its lock.
    final Set<Ticket> queue = new LinkedHashSet<>();
    int underWay;

    /** @param most how many go together at most; so many questions and answers are in memory at once */
    public Lane(int most, Work<Q, A> work) {
        if (most < 1) {
            throw new IllegalArgumentException("most: %s; must be 1 or more".formatted(most));
        }
        this.most = most;
        this.work = work;
    }

    /** For callers who ask nothing that others ask, too. */
    static Lane<Void, Void> alone() {
        return new Lane<>(1, (caller, connection, questions) -> List.of());
    }

    /** Answers those who were admitted, after their connection was given back. */
    void serve(Admission admission, Checkout checkout) {
        List<Asked<Q, A>> asked = new ArrayList<>();
        List<Answer<A>> answers;
        try (Lease lease = checkout.of(admission)) {
            List<Q> questions = new ArrayList<>(admission.tickets().size());
            for (Ticket ticket : admission.tickets()) {
                Asked<Q, A> one = askedWith(ticket);
                if (!one.isDone()) {
                    asked.add(one);
                    questions.add(one.question);
                }
            }
            answers = questions.isEmpty()
                    ? List.of()
                    : lease.use(connection -> work.answer(admission.caller(), connection, questions));
            if (answers.size() != questions.size()) {
                throw new IllegalStateException(
                        "%s answers to %s questions".formatted(answers.size(), questions.size()));
            }
        } catch (Throwable failure) {
            fail(admission, failure);
            return;
        }
        for (int i = 0; i < answers.size(); i++) {
            asked.get(i).end(answers.get(i));
        }
    }

    /** Nobody who was admitted gets an answer. */
    void fail(Admission admission, Throwable failure) {
        Throwable told = told(admission.caller(), failure);
        for (Ticket ticket : admission.tickets()) {
            askedWith(ticket).completeExceptionally(told);
        }
    }

    Throwable told(Caller caller, Throwable failure) {
        return work.told(caller, failure);
    }

    @SuppressWarnings("unchecked") // Whoever enters this lane does so with a question of its kind.
    private Asked<Q, A> askedWith(Ticket ticket) {
        return (Asked<Q, A>) ticket.outcome;
    }
}
