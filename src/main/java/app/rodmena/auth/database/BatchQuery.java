package app.rodmena.auth.database;

import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * One kind of query, with a single and a batch form; by default it is not batched. Requests with the same instance are
 * batched, so there must be one permanent instance of each kind. Thread-safe.
 *
 * @param <Q> the type of the parameters
 * @param <A> the type of the results
 */
@FunctionalInterface
public interface BatchQuery<Q, A> {
    A execute(Handle handle, Q input);

    /** The maximum batch size; bounds the queries and results in memory. */
    default int maxBatchSize() {
        return 1;
    }

    /** Runs several queries in one statement; returns one result for each, in the order of the queries. */
    default List<A> executeBatch(Handle handle, List<Q> inputs) {
        return inputs.stream().map(input -> execute(handle, input)).toList();
    }
}
