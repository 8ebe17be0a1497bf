package app.rodmena.auth.diagnosis;

import app.rodmena.auth.database.activity.Backend;
import java.util.List;

/**
 * The differences between the pool's connections and PostgreSQL's backends that have lasted for at least 1 s.
 * Connections that are being opened or closed are no difference. Immutable.
 *
 * @param possible whether both could be compared; false if pids are unknown or PostgreSQL does not answer
 * @param unknownBackends backends with the pool's application_name and no connection in the pool
 * @param lostConnections connections of the pool without a backend
 * @param unknownBackendsTotal the number of such backends since the start
 * @param lostConnectionsTotal the number of such connections since the start
 */
public record Reconciliation(
        boolean possible,
        List<Backend> unknownBackends,
        List<Lost> lostConnections,
        long unknownBackendsTotal,
        long lostConnectionsTotal) {
    /** The value before the first comparison. */
    public static final Reconciliation NONE = new Reconciliation(false, List.of(), List.of(), 0, 0);

    /**
     * A connection of the pool whose backend no longer exists.
     *
     * @param connectionId the connection's number
     * @param backendPid the pid of its former backend
     * @param inUse whether it is in use
     */
    public record Lost(int connectionId, int backendPid, boolean inUse) {}

    public Reconciliation {
        unknownBackends = List.copyOf(unknownBackends);
        lostConnections = List.copyOf(lostConnections);
    }

    public boolean agrees() {
        return unknownBackends.isEmpty() && lostConnections.isEmpty();
    }
}
