package app.rodmena.auth.capacity;

import app.rodmena.auth.capacity.ConnectionLimit.Kind;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The connection limits of a PostgreSQL server for a fleet.
 *
 * @param source the source of the numbers
 * @param maxConnections max_connections of the server
 * @param superuserReserved superuser_reserved_connections
 * @param reserved reserved_connections; 0 before PostgreSQL 16, which introduced it
 * @param bounds all effective limits, max_connections included
 * @param server further information from the server, if it was queried
 */
public record ConnectionLimits(
        Source source,
        MaxConnections maxConnections,
        int superuserReserved,
        int reserved,
        List<ConnectionLimit> bounds,
        Optional<QueriedServer> server) {

    private static final int DEFAULT_SUPERUSER_RESERVED = 3;

    /** The source of the limits. */
    public enum Source {
        /** PostgreSQL's defaults. */
        ASSUMED,
        /** A max_connections given by the operator. */
        GIVEN,
        /** A query to the server. */
        SERVER
    }

    /**
     * A queried server and its current sessions.
     *
     * @param version version of PostgreSQL
     * @param role the login role
     * @param database the database of the session
     * @param others connections of other applications, in all databases
     * @param fleet connections of the fleet with this role and database
     * @param processes number of processes in that fleet
     * @param hidden of the others, those whose kind is hidden from this role, which lacks pg_monitor
     */
    public record QueriedServer(
            String version, String role, String database, int others, int fleet, int processes, int hidden) {
        public QueriedServer {
            Objects.requireNonNull(version, "version");
            Objects.requireNonNull(role, "role");
            Objects.requireNonNull(database, "database");
        }
    }

    public ConnectionLimits {
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(maxConnections, "maxConnections");
        Objects.requireNonNull(server, "server");
        bounds = List.copyOf(bounds);
    }

    /** The limits of a server with this max_connections, otherwise default settings, and no other sessions. */
    public static ConnectionLimits given(int maxConnections) {
        return withDefaults(Source.GIVEN, maxConnections);
    }

    /** The limits of a server with default settings and no other sessions. */
    public static ConnectionLimits assumed() {
        return withDefaults(Source.ASSUMED, MaxConnections.DEFAULT);
    }

    private static ConnectionLimits withDefaults(Source source, int maxConnections) {
        return new ConnectionLimits(
                source,
                MaxConnections.of(maxConnections),
                DEFAULT_SUPERUSER_RESERVED,
                0,
                List.of(new ConnectionLimit(Kind.MAX_CONNECTIONS, maxConnections, DEFAULT_SUPERUSER_RESERVED, 0, 0)),
                Optional.empty());
    }

    ConnectionLimits with(MaxConnections maxConnections) {
        return new ConnectionLimits(source, maxConnections, superuserReserved, reserved, bounds, server);
    }

    /** The limit that leaves the fewest connections to the fleet. */
    public ConnectionLimit tightest() {
        return bounds.stream()
                .min(Comparator.comparingInt(ConnectionLimit::room))
                .orElseThrow();
    }

    /** The connections that the fleet may open. */
    public int room() {
        return Math.max(0, tightest().room());
    }

    /** The minimum max_connections with room for {@code total} connections of a fleet. */
    public int maxConnectionsFor(int total) {
        return total
                + bounds.stream()
                        .filter(bound -> bound.kind() == Kind.MAX_CONNECTIONS)
                        .mapToInt(bound -> bound.limit() - bound.room())
                        .sum();
    }
}
