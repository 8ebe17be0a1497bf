package app.rodmena.auth.database.activity;

import app.rodmena.auth.schema.Description;
import java.util.OptionalInt;

/**
 * PostgreSQL's connection slots and their use. Immutable.
 *
 * @param superuserReserved superuser_reserved_connections: slots for superusers only
 * @param reserved reserved_connections (PostgreSQL 16 and later): slots for roles with pg_use_reserved_connections only
 * @param databaseLimit the connection limit of the database, if it has one
 * @param roleLimit the connection limit of the role, if it has one
 * @param ours used by this process's pool
 * @param oursBeside used by this process outside of the pool: the monitor connection, and another one during migrations
 */
@Description("PostgreSQL's connections; all 0 while PostgreSQL does not answer")
public record ConnectionSlots(
        @Description(value = "max_connections", unit = "connections")
        int maxConnections,

        int superuserReserved,
        int reserved,
        OptionalInt databaseLimit,
        OptionalInt roleLimit,
        int ours,
        int oursBeside,

        @Description(value = "In use by other instances", unit = "connections")
        int siblings,

        @Description(value = "In use by other applications", unit = "connections")
        int others) {
    /** The value while PostgreSQL does not answer. */
    public static final ConnectionSlots NONE =
            new ConnectionSlots(0, 0, 0, OptionalInt.empty(), OptionalInt.empty(), 0, 0, 0, 0);

    public int used() {
        return allOurs() + siblings + others;
    }

    @Description(name = "ours", value = "In use by this process, inside and outside the pool", unit = "connections")
    public int allOurs() {
        return ours + oursBeside;
    }

    @Description(
            name = "reserved",
            value = "Of these, reserved for superusers and roles with pg_use_reserved_connections",
            unit = "connections")
    public int allReserved() {
        return superuserReserved + reserved;
    }

    /** The slots for ordinary roles. */
    public int usable() {
        return maxConnections - allReserved();
    }

    /** Limits of databases and roles are ignored. */
    @Description(value = "Still available to an ordinary role", unit = "connections")
    public int free() {
        return Math.max(0, usable() - used());
    }
}
