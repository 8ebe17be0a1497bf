package app.rodmena.auth.capacity;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/** A reading of the fleet and the decision on it, made while no other process decides. */
record AdmissionDecision(Fleet fleet, boolean fits) {
    /** Decides whether a demand fits. */
    @FunctionalInterface
    interface Decision {
        /** Returns whether it fits. */
        boolean decide(Connection connection, Fleet fleet) throws SQLException;
    }

    /**
     * Reads the fleet and decides.
     *
     * @param mayBeOutOfTurn whether to decide even if another process has the turn
     * @return empty if another process has the turn
     */
    static Optional<AdmissionDecision> tryDecide(Connection connection, boolean mayBeOutOfTurn, Decision decision)
            throws SQLException {
        FleetLocks locks = new FleetLocks(connection);
        boolean isOurTurn = locks.tryTurn();
        if (!isOurTurn && !mayBeOutOfTurn) {
            return Optional.empty();
        }
        try {
            Fleet fleet = ServerLimitsQuery.fleet(connection);
            return Optional.of(new AdmissionDecision(fleet, decision.decide(connection, fleet)));
        } finally {
            if (isOurTurn) {
                locks.endTurn();
            }
        }
    }
}
