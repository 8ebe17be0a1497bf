package app.rodmena.auth.diagnosis;

import app.rodmena.auth.activity.Backend;
import java.util.List;

/**
 * Where the pool and PostgreSQL do not agree about which connections there are, and have not for a second: what is just
 * being opened or closed is no disagreement.
 *
 * @param possible whether the two can be compared: not where pids are unknown, or PostgreSQL does not answer
 * @param unknownBackends backends under the pool's name that the pool does not know
 * @param lostConnections numbers of the pool's connections whose backend is gone
 * @param unknownBackendsTotal how many such backends there have been since start
 * @param lostConnectionsTotal how many such connections there have been since start
 */
public record Reconciliation(
        boolean possible,
        List<Backend> unknownBackends,
        List<Lost> lostConnections,
        long unknownBackendsTotal,
        long lostConnectionsTotal) {
    /** Nothing could be compared yet. */
    public static final Reconciliation NONE = new Reconciliation(false, List.of(), List.of(), 0, 0);

    /**
     * A connection whose backend is gone.
     *
     * @param connectionId its number
     * @param backendPid the pid that PostgreSQL no longer has
     * @param out whether somebody has it
     */
    public record Lost(int connectionId, int backendPid, boolean out) {}

    public Reconciliation {
        unknownBackends = List.copyOf(unknownBackends);
        lostConnections = List.copyOf(lostConnections);
    }

    public boolean agrees() {
        return unknownBackends.isEmpty() && lostConnections.isEmpty();
    }
}
