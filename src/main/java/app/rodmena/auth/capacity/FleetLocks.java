package app.rodmena.auth.capacity;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * Advisory locks, held by monitor connections, that let processes decide in turn whether they fit. PostgreSQL lets go
 * of them as soon as whoever holds them is gone. None is ever waited for here: who finds one taken asks again later.
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
     * Lets others see that this process has not decided yet, so that they don't count it; unless somebody bars that.
     */
    boolean markUndecided() throws SQLException {
        return isTrue(MARK);
    }

    /** From now on it counts. */
    void markDecided() throws SQLException {
        isTrue(UNMARK);
    }

    /** Takes this process's turn, which {@link #endTurn} ends, unless it is somebody else's. */
    boolean tryTurn() throws SQLException {
        return isTrue(TRY_TURN);
    }

    void endTurn() throws SQLException {
        isTrue(END_TURN);
    }

    private boolean isTrue(String question) throws SQLException {
        try (var statement = connection.createStatement();
                var answer = statement.executeQuery(question)) {
            return answer.next() && answer.getBoolean(1);
        }
    }
}
