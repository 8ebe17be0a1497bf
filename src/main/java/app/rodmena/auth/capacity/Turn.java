package app.rodmena.auth.capacity;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/** One look at a fleet, taken when it is nobody else's turn, and what was decided on it. */
record Turn(Fleet fleet, boolean fits) {
    /** Decides, in its turn, whether something fits. */
    @FunctionalInterface
    interface Decision {
        /** Tells whether it does. */
        boolean decide(Connection connection, Fleet fleet) throws SQLException;
    }

    /**
     * Looks and decides.
     *
     * @param mayBeOutOfTurn whether it does so even if it is somebody else's turn
     * @return empty if it is somebody else's turn
     */
    static Optional<Turn> take(Connection connection, boolean mayBeOutOfTurn, Decision decision) throws SQLException {
        FleetLocks locks = new FleetLocks(connection);
        boolean isOurTurn = locks.tryTurn();
        if (!isOurTurn && !mayBeOutOfTurn) {
            return Optional.empty();
        }
        try {
            Fleet fleet = ServerLimits.fleet(connection);
            return Optional.of(new Turn(fleet, decision.decide(connection, fleet)));
        } finally {
            if (isOurTurn) {
                locks.endTurn();
            }
        }
    }
}
