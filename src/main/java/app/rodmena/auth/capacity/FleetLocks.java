package app.rodmena.auth.capacity;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * Advisory locks, held by monitor connections, that serialize the budget decisions of processes. PostgreSQL releases
 * them when the holder's session ends. Never waits for a lock: if it is taken, the caller tries again later.
 *
 * <p>Advisory locks are local to a database, so the decisions of processes with other databases are not serialized with
 * these. The first key, 1635087464, is "auth" in ASCII; with the second key 1, it is the lock of migrations.
 */
final class FleetLocks {
    private static final String MARK = """
            /* capacity.mark */
            select exists (
                       select from pg_locks
                       where pid = pg_backend_pid() and locktype = 'advisory'
                         and classid = 1635087464 and objid = 2 and objsubid = 2)
                or pg_try_advisory_lock_shared(1635087464, 2)
            """;

    private static final String UNMARK = """
            /* capacity.unmark */
            select pg_advisory_unlock_shared(1635087464, 2)
            """;

    private static final String TRY_TURN = """
            /* capacity.try_turn */
            select pg_try_advisory_lock(1635087464, 3)
            """;

    private static final String END_TURN = """
            /* capacity.end_turn */
            select pg_advisory_unlock(1635087464, 3)
            """;

    private final Connection connection;

    FleetLocks(Connection connection) {
        this.connection = connection;
    }

    /**
     * Marks this process as undecided, so that the other processes do not count it.
     *
     * @return false if another session holds the lock exclusively
     */
    boolean markUndecided() throws SQLException {
        return queryBoolean(MARK);
    }

    /** Removes the mark; the other processes then count this one. */
    void markDecided() throws SQLException {
        queryBoolean(UNMARK);
    }

    /** Takes the lock of decisions until {@link #unlock}; returns false if another process holds it. */
    boolean tryLock() throws SQLException {
        return queryBoolean(TRY_TURN);
    }

    void unlock() throws SQLException {
        queryBoolean(END_TURN);
    }

    private boolean queryBoolean(String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var result = statement.executeQuery(sql)) {
            return result.next() && result.getBoolean(1);
        }
    }
}
