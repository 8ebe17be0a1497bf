package app.rodmena.auth.rbac;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * The position of a reader of changes: which changes it has not read. An id is taken before its transaction commits, so
 * that a change may become visible after others with larger ids. Unread are therefore all changes with larger ids than
 * {@code after}, and those with smaller ones that the reader's snapshot did not show. If a page ended among the latter,
 * at {@code late}, the others that {@code lateSnapshot} showed are read next; then {@code lateSnapshot} replaces the
 * snapshot.
 *
 * @param origin identifies the table in its database; differs after most restores, a move and a failover
 * @param afterMicros when the change {@code after} was made, because another change may have its id in a copy
 * @param complete whether everything was read that the snapshot showed
 * @param late 0 if no page ended among the late changes
 */
record ChangePosition(
        long origin,
        long after,
        long afterMicros,
        ChangeSnapshot snapshot,
        boolean complete,
        long late,
        ChangeSnapshot lateSnapshot) {
    /** Before all changes; the snapshot means that there are none with smaller ids. */
    static final ChangePosition START = without(0);

    /** After all changes, to read an empty page there. */
    static final ChangePosition LATEST = without(Long.MAX_VALUE);

    static final int COLUMNS = 7;

    /** A change that a reader has read. */
    record ReadChange(long id, long micros) {
        static ReadChange of(Change change) {
            return new ReadChange(change.id(), micros(change.time()));
        }

        static long micros(Instant time) {
            return ChronoUnit.MICROS.between(Instant.EPOCH, time);
        }
    }

    private static ChangePosition without(long after) {
        return new ChangePosition(0, after, 0, ChangeSnapshot.ALL, false, 0, ChangeSnapshot.EMPTY);
    }

    /** After all changes that a snapshot shows. */
    static ChangePosition end(long origin, ReadChange last, ChangeSnapshot snapshot) {
        return new ChangePosition(origin, last.id, last.micros, snapshot, true, 0, ChangeSnapshot.EMPTY);
    }

    /** After a change that was read in a snapshot, in the order of the ids; further ones may follow in the snapshot. */
    ChangePosition next(long newOrigin, ReadChange change, ChangeSnapshot newSnapshot, boolean lateLeft) {
        if (change.id > after) {
            return new ChangePosition(newOrigin, change.id, change.micros, newSnapshot, false, 0, ChangeSnapshot.EMPTY);
        }
        ChangePosition inLate = new ChangePosition(
                newOrigin, after, afterMicros, snapshot, false, change.id, late == 0 ? newSnapshot : lateSnapshot);
        return lateLeft ? inLate : inLate.afterLate();
    }

    /** After all late changes that {@code lateSnapshot} shows. */
    ChangePosition afterLate() {
        return new ChangePosition(origin, after, afterMicros, lateSnapshot, false, 0, ChangeSnapshot.EMPTY);
    }

    /** Whether this is no position of a cursor. */
    boolean isStart() {
        return equals(START) || equals(LATEST);
    }

    /**
     * Whether changes may be unread that have been deleted: all up to this transaction and this id, except those of
     * transactions that are still open.
     */
    boolean misses(long deletedXid, long deletedId, ChangeSnapshot now) {
        return !isStart()
                && (deletedXid >= snapshot.max()
                        || snapshot.open().stream().anyMatch(xid -> xid <= deletedXid && now.shows(xid))
                        || (!complete && deletedId > after));
    }

    List<String> columns() {
        return List.of(
                Long.toString(origin),
                Long.toString(after),
                Long.toString(afterMicros),
                snapshot.compact(),
                Boolean.toString(complete),
                Long.toString(late),
                lateSnapshot.compact());
    }

    /**
     * The position of a cursor of this server or another one. Clients can compute the code of a cursor, so that any
     * text is possible.
     *
     * @throws InvalidValueException if it is not a position
     */
    static ChangePosition of(List<String> columns) {
        try {
            ChangePosition position = new ChangePosition(
                    Long.parseLong(columns.get(0)),
                    Long.parseLong(columns.get(1)),
                    Long.parseLong(columns.get(2)),
                    ChangeSnapshot.ofCompact(columns.get(3)),
                    Boolean.parseBoolean(columns.get(4)),
                    Long.parseLong(columns.get(5)),
                    ChangeSnapshot.ofCompact(columns.get(6)));
            if (position.after < 0 || position.late < 0) {
                throw ListCursor.invalid();
            }
            return position;
        } catch (NumberFormatException e) {
            throw ListCursor.invalid();
        }
    }
}
