package app.rodmena.auth.database.activity;

import java.util.OptionalInt;

/**
 * PostgreSQL's connection slots and their use. Immutable.
 *
 * @param maxConnections max_connections
 * @param superuserReserved superuser_reserved_connections: slots of max_connections for superusers only
 * @param reserved reserved_connections (PostgreSQL 16 and later): slots of max_connections for roles with
 *     pg_use_reserved_connections only
 * @param databaseLimit the connection limit of the database, if it has one
 * @param roleLimit the connection limit of the role, if it has one
 * @param ours used by this process's pool
 * @param oursBeside used by this process outside of the pool: the monitor connection, and another one during migrations
 * @param siblings used by other auth servers
 * @param others used by other clients
 */
public record ConnectionSlots(
        int maxConnections,
        int superuserReserved,
        int reserved,
        OptionalInt databaseLimit,
        OptionalInt roleLimit,
        int ours,
        int oursBeside,
        int siblings,
        int others) {
    public int used() {
        return ours + oursBeside + siblings + others;
    }

    /** The slots for ordinary roles. */
    public int usable() {
        return maxConnections - superuserReserved - reserved;
    }

    /** The free slots for ordinary roles, limits of databases and roles ignored. */
    public int free() {
        return Math.max(0, usable() - used());
    }
}
