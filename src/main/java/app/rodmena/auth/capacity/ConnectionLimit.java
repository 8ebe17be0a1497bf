package app.rodmena.auth.capacity;

import app.rodmena.auth.common.WireNamed;

/**
 * One of PostgreSQL's limits on the number of connections.
 *
 * @param kind the kind of limit
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
