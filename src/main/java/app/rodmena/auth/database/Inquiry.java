package app.rodmena.auth.database;

import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * One kind of question to the database, and its two ways of being asked. Callers of the same object are answered
 * together, so there is one of each kind, kept for good. Thread-safe.
 *
 * @param <Q> the questions
 * @param <A> their answers
 */
public interface Inquiry<Q, A> {
    /** How many may be asked together; so many questions and answers are in memory at once. */
    int most();

    /** Asks one question. */
    A ask(Handle handle, Q question);

    /** Asks several questions in one statement: as many answers, in the order of the questions. */
    List<A> askTogether(Handle handle, List<Q> questions);
}
