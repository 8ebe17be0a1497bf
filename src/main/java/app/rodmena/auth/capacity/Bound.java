package app.rodmena.auth.capacity;

/**
 * One of the limits that PostgreSQL holds connections to.
 *
 * @param kind what is limited
 * @param limit the most connections
 * @param reserved of these, kept for superusers and for holders of pg_use_reserved_connections
 * @param others of these, in use now by sessions of other applications
 * @param otherFleets of these, the most that servers like this one with another role or database may open
 */
public record Bound(Kind kind, int limit, int reserved, int others, int otherFleets) {
    /** What PostgreSQL counts. */
    public enum Kind {
        /** All connections of the server, whatever database and role. */
        MAX_CONNECTIONS("max_connections"),
        /** Those of the fleet's role: ALTER ROLE … CONNECTION LIMIT. */
        ROLE_LIMIT("the role's connection limit"),
        /** Those of the fleet's database: ALTER DATABASE … CONNECTION LIMIT. */
        DATABASE_LIMIT("the database's connection limit");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        /** As one says it. */
        public String words() {
            return words;
        }
    }

    /** What is left for the fleet; negative if there is less than nothing. */
    public int room() {
        return limit - reserved - others - otherFleets;
    }
}
