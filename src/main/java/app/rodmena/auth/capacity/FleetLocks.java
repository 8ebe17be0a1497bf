package app.rodmena.auth.capacity;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * Advisory locks, held by monitor connections, that serialize the budget decisions of processes. PostgreSQL releases
 * them when the holder's session ends. Never waits for a lock: a caller that finds one taken tries again later.
 *
 * <p>They are of one database; processes in others decide without waiting for these. 1635087464 is "auth" in ASCII; its
 * number 1 is the migrations'.
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
     * Marks this process as undecided, so that others do not count it.
     *
     * @return false if another session holds the lock exclusively
     */
    boolean markUndecided() throws SQLException {
        return queryBoolean(MARK);
    }

    /** Removes the mark: others count this process from now on. */
    void markDecided() throws SQLException {
        queryBoolean(UNMARK);
    }

    /** Takes the turn until {@link #endTurn}; returns false if another process has it. */
    boolean tryTurn() throws SQLException {
        return queryBoolean(TRY_TURN);
    }

    void endTurn() throws SQLException {
        queryBoolean(END_TURN);
    }

    private boolean queryBoolean(String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var result = statement.executeQuery(sql)) {
            return result.next() && result.getBoolean(1);
        }
    }
}
