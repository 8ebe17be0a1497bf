package app.rodmena.auth.rbac;

import app.rodmena.auth.database.BatchQuery;
import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.database.DatabaseFailure;
import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.rbac.ChangePosition.ReadChange;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jdbi.v3.core.Handle;

/**
 * The changes of a tenant. Each is written by the statement that makes it, in its transaction. Thread-safe.
 *
 * <p>A reader gets every committed change exactly once, and changes of one role, user or permission in the order in
 * which they took effect. It gets a change as soon as its transaction has committed: other transactions, however long,
 * hold nothing up. To this end it reads, in the order of the ids, what one snapshot of PostgreSQL shows and its
 * position does not contain. Of two conflicting transactions, the second took the ids of its changes after the first
 * had committed, so that no snapshot has the second one's only.
 */
public record Changes(DatabaseEngine database) {
    /** Maximum number of changes in a page. */
    public static final int MAX_PAGE = 1000;

    /** Stands for the end of the changes in place of a cursor. */
    public static final String LATEST = "latest";

    private static final String LIST = "changes";

    /**
     * The second part has changes of transactions that were open when the reader was last here. It reads an index of
     * the tenant's changes since then; only a few entries are of such transactions.
     */
    static final String PAGE = """
            /* changes.page */
            select now.snapshot, now.origin, last.id, last.date_created, read.date_created, horizon.xid, horizon.id,
                c.id, c.date_created, c.change, c."user", c.role, c.permission, c.description
            from (
                select cast(pg_current_snapshot() as text) as snapshot, hashtextextended(concat_ws(' ',
                    (select system_identifier from pg_control_system()),
                    left(pg_walfile_name(pg_current_wal_lsn()), 8),
                    (select oid from pg_database where datname = current_database()),
                    cast(cast('auth_change' as regclass) as oid)), 0) as origin) now
            cross join auth_change_horizon horizon
            left join (
                select id, date_created from auth_change where creator = :creator order by id desc limit 1
            ) last on true
            left join (select date_created from auth_change where creator = :creator and id = :after) read on true
            left join lateral (
                (select id, date_created, change, "user", role, permission, description from auth_change
                where creator = :creator and id > :after and :late = 0
                order by id
                limit :limit)
                union all
                select id, date_created, change, "user", role, permission, description
                from (
                    (select * from auth_change
                    where creator = :creator and xid = any (cast(:open as xid8[])) offset 0)
                    union all
                    (select * from auth_change
                    where creator = :creator and xid >= cast(:max as xid8) and id <= :after order by xid, id offset 0)
                ) late
                where id <= :after and (:late = 0
                    or (id > :late and pg_visible_in_snapshot(xid, cast(:latesnapshot as pg_snapshot))))
            ) c on true
            order by c.id
            limit :limit
            """;

    private static final BatchQuery<Request, Page> PAGES = (handle, request) -> request.read(handle);

    /**
     * Reads the changes after a cursor.
     *
     * @param limit maximum number of changes, 1 to {@value #MAX_PAGE}
     * @param cursor a cursor of {@link Page}, or {@value #LATEST} for an empty page at the end; empty for the oldest
     *     change that is kept
     * @return completes exceptionally with a {@link ChangesLostException} if changes after the cursor were deleted, or
     *     with a {@link DatabaseFailure}
     * @throws InvalidValueException if it is not a cursor of this tenant's changes
     */
    public CompletionStage<Page> page(CallContext caller, ClientKey key, int limit, Optional<String> cursor) {
        ListCursor cursors = new ListCursor(key, LIST, List.of());
        if (cursor.isEmpty()) {
            return read(caller, new Request(key, cursors, ChangePosition.START, limit));
        }
        ChangePosition position = cursor.get().equals(LATEST)
                ? ChangePosition.LATEST
                : ChangePosition.of(cursors.parse(cursor.get(), ChangePosition.COLUMNS));
        return read(caller, new Request(key, cursors, position, limit));
    }

    private CompletionStage<Page> read(CallContext caller, Request request) {
        return database.submit(caller, PAGES, request).thenApply(Page::complete);
    }

    /** A part of the changes. Immutable. */
    public static final class Page {
        private final Request request;
        private final Result result;
        private final List<Change> changes;

        private Page(Request request, Result result) {
            this.request = request;
            this.result = result;
            this.changes = result.changes.subList(0, Math.min(request.limit, result.changes.size()));
        }

        /** Returns this page, if no changes before it are missing. */
        private Page complete() {
            ChangePosition position = request.position;
            if (!position.isStart() && !result.continues(position)) {
                throw new ChangesLostException(ChangesLostException.Reason.DATABASE_REPLACED);
            }
            if (position.misses(result.deletedXid, result.deletedId, result.snapshot)) {
                throw new ChangesLostException(ChangesLostException.Reason.CHANGES_REMOVED);
            }
            return this;
        }

        public List<Change> changes() {
            return changes;
        }

        /** Whether there were no further changes. */
        public boolean isLast() {
            return result.changes.size() <= request.limit && request.position.late() == 0;
        }

        /** The cursor after the first {@code count} of the changes; after all of them, the one of the next page. */
        public String cursor(int count) {
            ChangePosition position;
            if (isLast() && count == changes.size()) {
                position = ChangePosition.end(result.origin, result.last, result.snapshot);
            } else if (count == 0) {
                position = request.position;
            } else {
                boolean lateLeft = count < result.changes.size()
                        && result.changes.get(count).id() <= request.position.after();
                position = request.position.next(
                        result.origin, ReadChange.of(changes.get(count - 1)), result.snapshot, lateLeft);
            }
            return request.cursors.format(position.columns());
        }

        /** The cursor of the next page. */
        public String next() {
            return cursor(changes.size());
        }
    }

    private record Request(ClientKey key, ListCursor cursors, ChangePosition position, int limit) {
        Page read(Handle handle) {
            Page page = readHere(handle);
            // The late changes may end here, but an empty page would mean that no changes follow.
            return page.changes.isEmpty() && position.late() != 0
                    ? new Request(key, cursors, position.afterLate(), limit).readHere(handle)
                    : page;
        }

        private Page readHere(Handle handle) {
            Result result = handle.createQuery(PAGE)
                    .bind("creator", key.creator())
                    .bind("after", position.after())
                    .bindArray("open", String.class, texts(position.snapshot().open()))
                    .bind("max", Long.toString(position.snapshot().max()))
                    .bind("late", position.late())
                    .bind("latesnapshot", position.lateSnapshot().text())
                    .bind("limit", limit + 1)
                    .scanResultSet((rows, context) -> {
                        try (context;
                                ResultSet row = rows.get()) {
                            return Result.of(row);
                        }
                    });
            return new Page(this, result);
        }

        private static Object[] texts(List<Long> xids) {
            return xids.stream().map(String::valueOf).toArray();
        }
    }

    /**
     * @param last the tenant's change with the largest id in the snapshot
     * @param readMicros when the change was made up to which the reader has read; 0 if there is none
     */
    private record Result(
            ChangeSnapshot snapshot,
            long origin,
            ReadChange last,
            long readMicros,
            long deletedXid,
            long deletedId,
            List<Change> changes) {
        /**
         * Whether the database has all that was read. A copy of its files and a crash without synchronous_commit leave
         * the origin as it is, but lack the last transactions.
         */
        boolean continues(ChangePosition position) {
            boolean isDeleted = readMicros == 0 && position.after() <= deletedId;
            return position.origin() == origin
                    && position.snapshot().max() <= snapshot.max()
                    && position.lateSnapshot().max() <= snapshot.max()
                    && (position.after() == 0 || isDeleted || readMicros == position.afterMicros());
        }

        /** Reads all rows; without changes there is one, with nulls. */
        static Result of(ResultSet row) throws SQLException {
            List<Change> changes = new ArrayList<>();
            row.next();
            Result result = new Result(
                    ChangeSnapshot.parse(row.getString(1)),
                    row.getLong(2),
                    new ReadChange(row.getLong(3), micros(row, 4)),
                    micros(row, 5),
                    Long.parseLong(row.getString(6)),
                    row.getLong(7),
                    changes);
            if (row.getObject(8) != null) {
                do {
                    changes.add(change(row));
                } while (row.next());
            }
            return result;
        }

        private static long micros(ResultSet row, int column) throws SQLException {
            OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
            return time == null ? 0 : ReadChange.micros(time.toInstant());
        }

        private static Change change(ResultSet row) throws SQLException {
            return new Change(
                    row.getLong(8),
                    row.getObject(9, OffsetDateTime.class).toInstant(),
                    row.getString(10),
                    row.getString(11),
                    row.getString(12),
                    row.getString(13),
                    row.getString(14));
        }
    }

    /** The changes after a cursor are not complete any more. The message is sent to the client. */
    public static final class ChangesLostException extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final Reason reason;

        public enum Reason {
            /** Some are older than the time for which changes are kept. */
            CHANGES_REMOVED(
                    "Changes after this cursor have been removed; read the lists again, and continue with latest"),
            /** The database was restored or moved, or another PostgreSQL became primary; it may lack changes. */
            DATABASE_REPLACED(
                    "The database was restored, moved or failed over after this cursor; read the lists again, and continue"
                            + " with latest");

            private final String message;

            Reason(String message) {
                this.message = message;
            }
        }

        ChangesLostException(Reason reason) {
            super(reason.message, null, false, false);
            this.reason = reason;
        }

        public Reason reason() {
            return reason;
        }
    }
}
