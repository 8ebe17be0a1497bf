package app.rodmena.auth.capacity;

import app.rodmena.auth.capacity.ConnectionLimits.ConnectionLimit.Kind;
import app.rodmena.auth.common.WireNamed;
import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.Flatten;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The connection limits of a PostgreSQL server for a fleet.
 *
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

    public enum Source implements WireNamed {
        /** PostgreSQL's defaults. */
        ASSUMED,
        /** A max_connections given by the operator. */
        GIVEN,
        /** A query to the server. */
        SERVER
    }

    /** A queried server; its fleet and processes are those with this role and database. */
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

    /**
     * The setting max_connections: its effective and its configured value.
     *
     * @param value the effective value, until PostgreSQL restarts
     * @param onCommandLine whether it is set on PostgreSQL's command line, which overrides ALTER SYSTEM and files
     * @param pendingRestart whether a changed configuration was reloaded and needs a restart
     * @param configured the configured value, if it differs and is visible to this role
     */
    public record MaxConnections(
            @Description(name = "maxConnections", value = "max_connections of PostgreSQL", unit = "connections")
            int value,

            boolean onCommandLine,
            boolean pendingRestart,
            Optional<Integer> configured) {
        /** PostgreSQL's own default. */
        public static final int DEFAULT = 100;

        /** The maximum value: MAX_BACKENDS in PostgreSQL's source. */
        public static final int MAX = 262_143;

        static MaxConnections of(int value) {
            return new MaxConnections(value, false, false, Optional.empty());
        }

        /** The configured value, if it differs from the effective one. */
        MaxConnections withConfigured(int configured) {
            boolean isOverridden = onCommandLine && !pendingRestart;
            return isOverridden || configured == value
                    ? this
                    : new MaxConnections(value, onCommandLine, pendingRestart, Optional.of(configured));
        }

        /** Whether another value is configured already. */
        public boolean isChangeConfigured() {
            return pendingRestart || configured.isPresent();
        }
    }

    /**
     * One of PostgreSQL's limits on the number of connections.
     *
     * @param limit the maximum number of connections
     * @param reserved of these, reserved for superusers and for roles with pg_use_reserved_connections
     * @param others of these, in use now by sessions of other applications
     * @param otherFleets of these, the sum of the maxima of this server's processes with another role or database
     */
    public record ConnectionLimit(Kind kind, int limit, int reserved, int others, int otherFleets) {
        /** The connections that a limit counts. */
        public enum Kind implements WireNamed {
            /** All connections of the server, independent of database and role. */
            MAX_CONNECTIONS("max_connections"),
            /** The connections of the fleet's role: ALTER ROLE … CONNECTION LIMIT. */
            ROLE_LIMIT("the role's connection limit"),
            /** The connections to the fleet's database: ALTER DATABASE … CONNECTION LIMIT. */
            DATABASE_LIMIT("the database's connection limit");

            private final String label;

            Kind(String label) {
                this.label = label;
            }

            /** The name of the limit in messages. */
            public String label() {
                return label;
            }
        }

        /** The connections that the limit leaves to the fleet; negative if others exceed it already. */
        public int room() {
            return limit - reserved - others - otherFleets;
        }
    }

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
