package app.rodmena.auth.capacity;

import app.rodmena.auth.capacity.Bound.Kind;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What a PostgreSQL lets a fleet have.
 *
 * @param source where the numbers are from
 * @param maxConnections the most that the server has for all
 * @param superuserReserved superuser_reserved_connections
 * @param reserved reserved_connections; 0 before PostgreSQL 16, which introduced it
 * @param bounds all that hold, max_connections among them
 * @param seen what else the server said, if it was asked
 */
public record Limits(
        Source source,
        MaxConnections maxConnections,
        int superuserReserved,
        int reserved,
        List<Bound> bounds,
        Optional<Seen> seen) {

    private static final int DEFAULT_SUPERUSER_RESERVED = 3;

    /** Where limits are from. */
    public enum Source {
        /** PostgreSQL's defaults. */
        ASSUMED,
        /** Somebody said what max_connections is. */
        GIVEN,
        /** The server was asked. */
        SERVER
    }

    /**
     * A server that was asked, and who is connected to it now.
     *
     * @param version PostgreSQL's
     * @param role that logged in
     * @param database that it logged in to
     * @param others connections of other applications, in all databases
     * @param fleet connections of servers like this one with this role and database
     * @param processes how many such servers
     * @param hidden of the others, those of whom this role may not know what kind they are: it lacks pg_monitor
     */
    public record Seen(String version, String role, String database, int others, int fleet, int processes, int hidden) {
        public Seen {
            Objects.requireNonNull(version, "version");
            Objects.requireNonNull(role, "role");
            Objects.requireNonNull(database, "database");
        }
    }

    public Limits {
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(maxConnections, "maxConnections");
        Objects.requireNonNull(seen, "seen");
        bounds = List.copyOf(bounds);
    }

    /** Of a PostgreSQL with that max_connections and otherwise its defaults, where nobody else is connected. */
    public static Limits given(int maxConnections) {
        return supposed(Source.GIVEN, maxConnections);
    }

    /** Of a PostgreSQL with its defaults, where nobody else is connected. */
    public static Limits assumed() {
        return supposed(Source.ASSUMED, MaxConnections.DEFAULT);
    }

    private static Limits supposed(Source source, int maxConnections) {
        return new Limits(
                source,
                MaxConnections.of(maxConnections),
                DEFAULT_SUPERUSER_RESERVED,
                0,
                List.of(new Bound(Kind.MAX_CONNECTIONS, maxConnections, DEFAULT_SUPERUSER_RESERVED, 0, 0)),
                Optional.empty());
    }

    Limits with(MaxConnections maxConnections) {
        return new Limits(source, maxConnections, superuserReserved, reserved, bounds, seen);
    }

    /** The bound that leaves the fleet the least. */
    public Bound tightest() {
        return bounds.stream().min(Comparator.comparingInt(Bound::room)).orElseThrow();
    }

    /** What the fleet may have. */
    public int room() {
        return Math.max(0, tightest().room());
    }

    /** What max_connections must be at least so that {@code total} connections of a fleet fit. */
    public int maxConnectionsFor(int total) {
        return total
                + bounds.stream()
                        .filter(bound -> bound.kind() == Kind.MAX_CONNECTIONS)
                        .mapToInt(bound -> bound.limit() - bound.room())
                        .sum();
    }
}
