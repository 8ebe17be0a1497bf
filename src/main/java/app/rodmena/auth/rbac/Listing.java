package app.rodmena.auth.rbac;

import app.rodmena.auth.database.BatchQuery;
import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.pool.event.CallContext;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/**
 * A list of a tenant. A short list is read as a whole, batched with others of its kind. A long list is streamed, and
 * the number of concurrent streams is limited by batch_slots, so that memory and connections stay bounded for any
 * length. Thread-safe.
 */
public final class Listing<T> {
    /** Maximum rows of a list that is read as a whole. */
    public static final int MAX_SHORT = 1000;

    private static final BatchQuery<Function<Handle, Long>, Long> STREAM = (handle, read) -> read.apply(handle);

    private final DatabaseEngine database;
    private final CallContext caller;
    private final TenantListQuery<T> kind;
    private final TenantQuery query;

    Listing(DatabaseEngine database, CallContext caller, TenantListQuery<T> kind, TenantQuery query) {
        this.database = database;
        this.caller = caller;
        this.kind = kind;
        this.query = query;
    }

    /** Reads a list of at most {@value #MAX_SHORT} rows; empty if it is longer. */
    public CompletionStage<Optional<List<T>>> readShort() {
        return database.submit(caller, kind, query.withRange(List.of(), MAX_SHORT + 1L))
                .thenApply(rows -> rows.size() > MAX_SHORT ? Optional.empty() : Optional.of(rows));
    }

    /**
     * Reads a page.
     *
     * @param limit maximum number of rows, 1 to {@value #MAX_SHORT}
     * @param cursor the cursor of the page before; empty for the first page
     * @throws InvalidValueException if the cursor is not one of this list
     */
    public CompletionStage<Page<T>> page(int limit, Optional<String> cursor) {
        ListCursor cursors = new ListCursor(query.key(), kind.name, query.names());
        List<String> after = cursor.isEmpty() ? List.of() : cursors.parse(cursor.get(), kind.order.size());
        return database.submit(caller, kind.pages, query.withRange(after, limit + 1L))
                .thenApply(rows -> {
                    if (rows.size() <= limit) {
                        return new Page<>(rows, Optional.empty());
                    }
                    return new Page<>(
                            rows.subList(0, limit), Optional.of(cursors.format(kind.position(rows.get(limit - 1)))));
                });
    }

    /** A part of a list, and the cursor of the next page; empty if this is the last one. */
    public record Page<T>(List<T> rows, Optional<String> next) {}

    /**
     * Reads a list of any length.
     *
     * @param before called before the first row, on the thread that holds the connection; an exception ends the stream
     * @param row called for each row, on the same thread; an exception ends the stream
     * @return the number of rows
     */
    public CompletionStage<Long> forEach(Runnable before, Consumer<? super T> row) {
        return database.submit(caller, STREAM, handle -> {
            before.run();
            return kind.forEach(handle, query, row);
        });
    }
}
