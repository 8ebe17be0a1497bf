package app.rodmena.auth.rbac;

import app.rodmena.auth.database.BatchQuery;
import app.rodmena.auth.database.StatementExecution;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.result.ResultIterator;
import org.jdbi.v3.core.statement.Query;

/** Queries that return lists of any length. Each list of a batch has its own range. */
final class TenantListQuery<T> extends TenantBatchQuery<List<T>> {
    /**
     * Maximum lists in a batch, each of at most {@link Listing#MAX_SHORT} rows and one that shows that there are more.
     */
    private static final int MAX_LISTS = 16;

    private static final int FETCH_SIZE = 1000;
    private static final List<String> AFTER = List.of("after", "afterrole");
    private static final String LIMIT = "limit";

    final String name;

    final List<Function<? super T, String>> order;
    private final RowMapper<T> row;

    /** Pages are not batched: a page may read the whole list, which its few rows do not show to the fair queue. */
    final BatchQuery<TenantQuery, List<T>> pages = (handle, input) -> execute(handle, input);

    /**
     * @param row maps one row, by position
     * @param order returns the columns of a row that the list is ordered by, which identify the row
     * @param single returns one row for each entry after the position in {@code :after}, and {@code :afterrole} for a
     *     second column, or all rows if these are null; ends with {@code order by} and {@code limit}
     * @param parameterNames the parameter names, in order
     */
    TenantListQuery(
            RowMapper<T> row, List<Function<? super T, String>> order, String single, String... parameterNames) {
        super(
                MAX_LISTS,
                single,
                batchOf(
                        single,
                        Stream.of(List.of(parameterNames), AFTER.subList(0, order.size()), List.of(LIMIT))
                                .flatMap(List::stream)
                                .toList()),
                List.of(parameterNames),
                query -> query.map(row).list(),
                (query, count) -> lists(query, count, row));
        name = StatementExecution.nameOf(single);
        this.order = order;
        this.row = row;
    }

    @Override
    void bindRange(Query query, TenantQuery input) {
        for (int i = 0; i < order.size(); i++) {
            query.bind(AFTER.get(i), after(input, i));
        }
        query.bind(LIMIT, input.limit());
    }

    @Override
    void bindRanges(Query query, List<TenantQuery> inputs) {
        for (int i = 0; i < order.size(); i++) {
            int at = i;
            bind(query, AFTER.get(i) + "s", inputs, input -> after(input, at));
        }
        query.bindArray(
                LIMIT + "s", Long.class, inputs.stream().map(TenantQuery::limit).toArray());
    }

    /** The position of a row. */
    List<String> position(T row) {
        return order.stream().map(column -> column.apply(row)).toList();
    }

    /** A column of the position that the rows follow; null for the start of the list. */
    private static String after(TenantQuery input, int column) {
        return input.after().isEmpty() ? null : input.after().get(column);
    }

    /** Streams a list of any length with a cursor, which needs a transaction in PostgreSQL. */
    long forEach(Handle handle, TenantQuery input, Consumer<? super T> each) {
        return handle.inTransaction(transaction -> {
            try (ResultIterator<T> rows = single(transaction, input.withRange(List.of(), Long.MAX_VALUE))
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
