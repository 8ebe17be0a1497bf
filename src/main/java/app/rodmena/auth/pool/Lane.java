package app.rodmena.auth.pool;

import app.rodmena.auth.events.Caller;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A queue of requests that can be answered together in one batch (natural batching). At most batch_slots batches of a
 * lane run at the same time. While all slots are in use, new requests wait with their own deadlines, even if
 * connections are free; when a batch ends, up to {@code most} waiting requests form the next one, with one permit, one
 * connection and one task. There is no batching delay: a request that arrives while no batch is running starts alone
 * and immediately.
 *
 * <p>A lane belongs to one pool. Thread-safe.
 *
 * @param <Q> the type of the requests
 * @param <A> the type of their results
 */
public final class Lane<Q, A> {
    /** Processes batches of requests. Must be thread-safe. */
    public interface Work<Q, A> {
        /**
         * Processes a batch of at least one request.
         *
         * @param caller the context of the whole batch
         * @return one result per request, in the order of the requests
         * @throws SQLException (or any other exception) if the whole batch fails
         */
        List<Answer<A>> answer(Caller caller, Connection connection, List<Q> questions) throws SQLException;

        /**
         * Maps a failure to the exception of the requests that have no result.
         *
         * @param failure what {@link #answer} threw, or a {@link NoConnectionException}
         */
        default Throwable told(Caller caller, Throwable failure) {
            return failure;
        }
    }

    /**
     * The result of one request.
     *
     * @param failure the reason of a failure; null for a success, whose value may be null
     */
    public record Answer<A>(A value, Throwable failure) {
        public static <A> Answer<A> of(A value) {
            return new Answer<>(value, null);
        }

        public static <A> Answer<A> failed(Throwable failure) {
            return new Answer<>(null, failure);
        }
    }

    /** The maximum size of a batch. */
    final int most;

    private final Work<Q, A> work;

    // Guarded by the lock of the pool's queue.
    final Set<Ticket> queue = new LinkedHashSet<>();
    int underWay;

    /** @param most the maximum size of a batch; limits the requests and results in memory per batch */
    public Lane(int most, Work<Q, A> work) {
        if (most < 1) {
            throw new IllegalArgumentException("most: %s; must be 1 or more".formatted(most));
        }
        this.most = most;
        this.work = work;
    }

    /** A lane without batching. */
    static Lane<Void, Void> alone() {
        return new Lane<>(1, (caller, connection, questions) -> List.of());
    }

    /** Runs an admitted batch, and completes its futures after the connection is returned. */
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
                        "%s results for %s requests".formatted(answers.size(), questions.size()));
            }
        } catch (Throwable failure) {
            fail(admission, failure);
            return;
        }
        for (int i = 0; i < answers.size(); i++) {
            asked.get(i).end(answers.get(i));
        }
    }

    /** Fails all requests of an admitted batch. */
    void fail(Admission admission, Throwable failure) {
        Throwable told = told(admission.caller(), failure);
        for (Ticket ticket : admission.tickets()) {
            askedWith(ticket).completeExceptionally(told);
        }
    }

    Throwable told(Caller caller, Throwable failure) {
        return work.told(caller, failure);
    }

    @SuppressWarnings("unchecked") // Requests enter this lane with a matching type only.
    private Asked<Q, A> askedWith(Ticket ticket) {
        return (Asked<Q, A>) ticket.outcome;
    }
}
