package app.rodmena.auth.rbac;

import java.util.List;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.result.ResultIterator;

/** Queries that return lists of any length. The statements have a {@code :limit} for each list. */
final class TenantListQuery<T> extends TenantBatchQuery<List<T>> {
    /**
     * Maximum lists in a batch, each of at most {@link Listing#MAX_SHORT} rows and one that shows that there are more.
     */
    private static final int MAX_LISTS = 16;

    private static final int FETCH_SIZE = 1000;

    private final RowMapper<T> row;

    TenantListQuery(RowMapper<T> row, String single, List<String> parameterNames) {
        super(
                MAX_LISTS,
                Listing.MAX_SHORT + 1,
                single,
                batchOf(single, parameterNames),
                parameterNames,
                query -> query.map(row).list(),
                (query, count) -> lists(query, count, row));
        this.row = row;
    }

    /** Streams a list of any length with a cursor, which needs a transaction in PostgreSQL. */
    long forEach(Handle handle, TenantQuery input, Consumer<? super T> each) {
        return handle.inTransaction(transaction -> {
            try (ResultIterator<T> rows = single(transaction, input, Long.MAX_VALUE)
                    .setFetchSize(FETCH_SIZE)
                    .map(row)
                    .iterator()) {
                long count = 0;
                while (rows.hasNext()) {
                    each.accept(rows.next());
                    count++;
                }
                return count;
            }
        });
    }
}
