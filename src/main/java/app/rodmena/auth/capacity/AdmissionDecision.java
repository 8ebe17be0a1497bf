package app.rodmena.auth.capacity;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * A reading of the fleet and the decision based on it. Decisions of all processes are serialized by an advisory lock.
 */
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
     * @param uncounted pids of backends that are not counted
     * @param evenIfLocked whether to decide even if another process holds the lock
     * @return empty if another process holds the lock
     */
    static Optional<AdmissionDecision> tryDecide(
            Connection connection, List<Integer> uncounted, boolean evenIfLocked, Decision decision)
            throws SQLException {
        FleetLocks locks = new FleetLocks(connection);
        boolean locked = locks.tryLock();
        if (!locked && !evenIfLocked) {
            return Optional.empty();
        }
        try {
            Fleet fleet = ServerLimitsQuery.fleetWithout(uncounted, connection);
            return Optional.of(new AdmissionDecision(fleet, decision.decide(connection, fleet)));
        } finally {
            if (locked) {
                locks.unlock();
            }
        }
    }
}
