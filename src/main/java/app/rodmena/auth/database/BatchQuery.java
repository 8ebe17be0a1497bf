package app.rodmena.auth.database;

import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * One kind of query, with a single and a batch form. Requests with the same instance are batched, so there must be one
 * permanent instance of each kind. Thread-safe.
 *
 * @param <Q> the type of the parameters
 * @param <A> the type of the results
 */
public interface BatchQuery<Q, A> {
    /** The maximum batch size; bounds the queries and results in memory. */
    int maxBatchSize();

    /** Runs one query. */
    A execute(Handle handle, Q input);

    /** Runs several queries in one statement; returns one result for each, in the order of the queries. */
    List<A> executeBatch(Handle handle, List<Q> inputs);
}
