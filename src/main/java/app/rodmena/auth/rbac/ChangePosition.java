package app.rodmena.auth.rbac;

import java.util.List;

/**
 * The position of a reader of changes: which changes it has not read. An id is taken before its transaction commits, so
 * that a change may become visible after others with larger ids. Unread are therefore all changes with larger ids than
 * {@code after}, and those with smaller ones that the reader's snapshot did not show. If a page ended among the latter,
 * those up to {@code late} are read that {@code lateSnapshot} showed.
 *
 * @param origin identifies the table in its database; differs after a restore, a move and a failover
 * @param complete whether everything was read that the snapshot showed
 */
record ChangePosition(
        long origin, long after, ChangeSnapshot snapshot, boolean complete, long late, ChangeSnapshot lateSnapshot) {
    /** Before all changes; the snapshot means that there are none with smaller ids. */
    static final ChangePosition START = without(0);

    /** After all changes, to read an empty page there. */
    static final ChangePosition LATEST = without(Long.MAX_VALUE);

    static final int COLUMNS = 6;

    private static ChangePosition without(long after) {
        ChangeSnapshot all = new ChangeSnapshot(Long.MAX_VALUE, Long.MAX_VALUE, List.of());
        return new ChangePosition(0, after, all, false, 0, ChangeSnapshot.EMPTY);
    }

    /** After all changes that a snapshot shows. */
    static ChangePosition end(long origin, long lastId, ChangeSnapshot snapshot) {
        return new ChangePosition(origin, lastId, snapshot, true, 0, ChangeSnapshot.EMPTY);
    }

    /** After a change that was read in a snapshot, in the order of the ids; further ones may follow in the snapshot. */
    ChangePosition next(long newOrigin, long id, ChangeSnapshot newSnapshot) {
        return id >= after
                ? new ChangePosition(newOrigin, id, newSnapshot, false, 0, ChangeSnapshot.EMPTY)
                : new ChangePosition(newOrigin, after, snapshot, false, id, newSnapshot);
    }

    /** Whether this is no position of a cursor. */
    boolean isStart() {
        return equals(START) || equals(LATEST);
    }

    /** Whether changes may be unread that have been deleted: all up to this transaction and this id. */
    boolean misses(long deletedXid, long deletedId) {
        return !isStart() && (deletedXid >= snapshot.min() || (!complete && deletedId > after));
    }

    /** The columns of a cursor. */
    List<String> columns() {
        return List.of(
                Long.toString(origin),
                Long.toString(after),
                snapshot.compact(),
                Boolean.toString(complete),
                Long.toString(late),
                lateSnapshot.compact());
    }

    /** The position of a cursor of this server or another one. */
    static ChangePosition of(List<String> columns) {
        return new ChangePosition(
                Long.parseLong(columns.get(0)),
                Long.parseLong(columns.get(1)),
                ChangeSnapshot.ofCompact(columns.get(2)),
                Boolean.parseBoolean(columns.get(3)),
                Long.parseLong(columns.get(4)),
                ChangeSnapshot.ofCompact(columns.get(5)));
    }
}
