package app.rodmena.auth.database;

import java.util.List;
import java.util.function.BiFunction;
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

    A execute(Handle handle, Q input);

    /** Runs several queries in one statement; returns one result for each, in the order of the queries. */
    List<A> executeBatch(Handle handle, List<Q> inputs);

    /** A kind of query that is not batched. */
    static <Q, A> BatchQuery<Q, A> unbatched(BiFunction<Handle, Q, A> query) {
        return new BatchQuery<>() {
            @Override
            public int maxBatchSize() {
                return 1;
            }

            @Override
            public A execute(Handle handle, Q input) {
                return query.apply(handle, input);
            }

            @Override
            public List<A> executeBatch(Handle handle, List<Q> inputs) {
                return inputs.stream().map(input -> execute(handle, input)).toList();
            }
        };
    }
}
