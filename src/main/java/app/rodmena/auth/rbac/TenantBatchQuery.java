package app.rodmena.auth.rbac;

import app.rodmena.auth.database.BatchQuery;
import app.rodmena.auth.database.StatementExecution;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jdbi.v3.core.statement.StatementContext;

/**
 * One kind of query, as a pair of statements: a single one with {@code :creator} and, for example, {@code :user}, and a
 * batch with the arrays {@code :creators} and {@code :users}, which runs the single one for each element. The single
 * one must use scalar subqueries or {@code lateral} with {@code offset 0}, so that PostgreSQL cannot plan the batch as
 * a scan of a table.
 */
class TenantBatchQuery<A> implements BatchQuery<TenantQuery, A> {
    /** Maximum checks in a batch: larger batches cost as much per check, and delay the response to the first caller. */
    private static final int MAX_CHECKS = 256;

    private static final String BATCH = """
            /* %s_together */
            select found.*, input.ordinal
            from unnest(%s) with ordinality input (%s, ordinal)
            cross join lateral (
            %s) found
            order by input.ordinal%s
            """;

    private static final Pattern PARAMETER = Pattern.compile("(?<!:):([a-z]+)");
    private static final Pattern ORDER = Pattern.compile("order by (.+)\nlimit :limit\n$");
    private static final Pattern QUALIFIED = Pattern.compile("(?:\\w+\\.)?(\"?\\w+\"?) collate");

    final String single;
    final String batch;
    private final int maxBatchSize;
    final List<String> parameterNames;
    private final Function<Query, A> readOne;
    private final BiFunction<Query, Integer, List<A>> readMany;

    TenantBatchQuery(
            int maxBatchSize,
            String single,
            String batch,
            List<String> parameterNames,
            Function<Query, A> readOne,
            BiFunction<Query, Integer, List<A>> readMany) {
        this.maxBatchSize = maxBatchSize;
        this.single = single;
        this.batch = batch;
        this.parameterNames = parameterNames;
        this.readOne = readOne;
        this.readMany = readMany;
    }

    /**
     * A check with a boolean result.
     *
     * @param single returns one row
     * @param parameterNames the parameter names, in order
     */
    static TenantBatchQuery<Boolean> check(String single, String... parameterNames) {
        return write(single, batchOf(single, List.of(parameterNames)), parameterNames);
    }

    /**
     * A write with a boolean result.
     *
     * @param single returns one row
     * @param batch returns one row for each element, in their order; the single one cannot be run for each element,
     *     because a statement changes each row once only
     * @param parameterNames the parameter names, in order
     */
    static TenantBatchQuery<Boolean> write(String single, String batch, String... parameterNames) {
        return new TenantBatchQuery<>(
                MAX_CHECKS,
                single,
                batch,
                List.of(parameterNames),
                query -> query.map(TenantBatchQuery::bool).one(),
                (query, count) -> query.map(TenantBatchQuery::bool).list());
    }

    /** Each row has the column {@code ordinal}: the index of the element that it belongs to, from 1. */
    static String batchOf(String single, List<String> parameterNames) {
        List<String> names =
                Stream.concat(Stream.of("creator"), parameterNames.stream()).toList();
        Matcher order = ORDER.matcher(single);
        return BATCH.formatted(
                StatementExecution.nameOf(single),
                names.stream().map(":%ss"::formatted).collect(Collectors.joining(", ")),
                names.stream().map("\"%s\""::formatted).collect(Collectors.joining(", ")),
                PARAMETER.matcher(single).replaceAll("input.\"$1\""),
                order.find() ? ", " + QUALIFIED.matcher(order.group(1)).replaceAll("found.$1 collate") : "");
    }

    @Override
    public int maxBatchSize() {
        return maxBatchSize;
    }

    @Override
    public A execute(Handle handle, TenantQuery input) {
        return readOne.apply(single(handle, input));
    }

    final Query single(Handle handle, TenantQuery input) {
        Query query = handle.createQuery(single).bind("creator", input.key().creator());
        for (int i = 0; i < parameterNames.size(); i++) {
            query.bind(parameterNames.get(i), input.names().get(i));
        }
        bindRange(query, input);
        return query;
    }

    void bindRange(Query query, TenantQuery input) {}

    void bindRanges(Query query, List<TenantQuery> inputs) {}

    /** Equal queries are run once. */
    @Override
    public List<A> executeBatch(Handle handle, List<TenantQuery> queries) {
        List<TenantQuery> distinct = List.copyOf(new LinkedHashSet<>(queries));
        List<A> results = executeDistinct(handle, distinct);
        if (results.size() != distinct.size() || distinct.size() == queries.size()) {
            return results;
        }
        Map<TenantQuery, A> resultOf = new HashMap<>();
        for (int i = 0; i < results.size(); i++) {
            resultOf.put(distinct.get(i), results.get(i));
        }
        return queries.stream().map(resultOf::get).toList();
    }

    private List<A> executeDistinct(Handle handle, List<TenantQuery> queries) {
        Query query = handle.createQuery(batch);
        bindArrays(query, parameterNames, queries);
        bindRanges(query, queries);
        return readMany.apply(query, queries.size());
    }

    static void bindArrays(SqlStatement<?> statement, List<String> parameterNames, List<TenantQuery> queries) {
        bind(statement, "creators", queries, query -> query.key().creator());
        for (int i = 0; i < parameterNames.size(); i++) {
            int at = i;
            bind(
                    statement,
                    parameterNames.get(i) + "s",
                    queries,
                    query -> query.names().get(at));
        }
    }

    static void bind(
            SqlStatement<?> statement, String name, List<TenantQuery> queries, Function<TenantQuery, String> value) {
        statement.bindArray(name, String.class, queries.stream().map(value).toArray());
    }

    static <T> List<List<T>> lists(Query query, int count, RowMapper<T> row) {
        List<List<T>> lists = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            lists.add(new ArrayList<>());
        }
        return query.scanResultSet((result, context) -> {
            try (context;
                    ResultSet rows = result.get()) {
                while (rows.next()) {
                    lists.get(rows.getInt("ordinal") - 1).add(row.map(rows, context));
                }
            }
            return lists;
        });
    }

    // Mappers of columns by position: looking mappers up in JDBI is too slow for permission checks.

    static Boolean bool(ResultSet row, StatementContext context) throws SQLException {
        return row.getBoolean(1);
    }

    static String text(ResultSet row, StatementContext context) throws SQLException {
        return row.getString(1);
    }
}
