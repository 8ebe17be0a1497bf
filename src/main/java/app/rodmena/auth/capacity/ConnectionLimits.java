package app.rodmena.auth.capacity;

import app.rodmena.auth.capacity.ConnectionLimit.Kind;
import app.rodmena.auth.common.WireNamed;
import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.Flatten;
import java.util.Comparator;
import java.util.List;
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
        @Flatten MaxConnections maxConnections,
        int superuserReserved,
        int reserved,
        List<ConnectionLimit> bounds,
        @Flatten Optional<QueriedServer> server) {

    private static final int DEFAULT_SUPERUSER_RESERVED = 3;

    /** The source of the limits. */
    public enum Source implements WireNamed {
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
            String version,
            String role,
            String database,

            @Description(value = "In use by other applications", unit = "connections")
            int others,

            int fleet,
            int processes,

            @Description(
                    name = "othersOfUnknownKind",
                    value = "Of the others, those whose kind is hidden from this role, which lacks pg_monitor",
                    unit = "connections")
            int hidden) {}

    public ConnectionLimits {
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

    @Description(
            name = "tightest",
            value = "The tightest limit: max_connections, or the limit of the role or the database")
    String tightestLabel() {
        return tightest().kind().label();
    }

    @Description(
            value = "Sum of the maxima of servers with another role or database that count towards the tightest limit",
            unit = "connections")
    int otherFleets() {
        return tightest().otherFleets();
    }

    @Description(
            name = "reserved",
            value = "Of these, reserved for superusers and for roles with pg_use_reserved_connections",
            unit = "connections")
    int allReserved() {
        return superuserReserved + reserved;
    }

    @Description(value = "Connections that PostgreSQL allows the fleet", unit = "connections")
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
