package app.rodmena.auth.diagnosis;

import app.rodmena.auth.database.activity.Backend;
import app.rodmena.auth.schema.Description;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The differences between the pool's connections and PostgreSQL's backends that have lasted for at least 1 s.
 * Connections that are being opened or closed are no difference. Immutable.
 *
 * @param possible false if pids are unknown or PostgreSQL does not answer
 * @param unknownBackends backends with the pool's application_name and no connection in the pool
 * @param lostConnections connections of the pool without a backend
 */
@Description("Differences between the connections that the pool knows and those that PostgreSQL knows")
public record Reconciliation(
        @Description("Whether they can be compared now") boolean possible,

        List<Backend> unknownBackends,
        List<Lost> lostConnections,

        @Description(value = "Unknown backends since start", unit = "backends")
        long unknownBackendsTotal,

        @Description(value = "Lost connections since start", unit = "connections")
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

    @Description(name = "unknownBackends", value = "PIDs of backends under the pool's name that the pool does not know")
    public String unknownBackendPids() {
        return unknownBackends.stream()
                .map(backend -> String.valueOf(backend.pid()))
                .collect(Collectors.joining(", "));
    }

    @Description(name = "lostConnections", value = "Numbers of the pool's connections whose backend is gone")
    public String lostConnectionIds() {
        return lostConnections.stream()
                .map(lost -> String.valueOf(lost.connectionId()))
                .collect(Collectors.joining(", "));
    }
}
