package app.rodmena.auth.activity;

import java.util.OptionalInt;

/**
 * PostgreSQL's connections: how many there may be, and who has them.
 *
 * @param maxConnections max_connections
 * @param superuserReserved superuser_reserved_connections: of those, only for superusers
 * @param reserved reserved_connections (PostgreSQL 16 on): of those, only for roles with pg_use_reserved_connections
 * @param databaseLimit the connection limit of our database, if it has one
 * @param roleLimit the connection limit of our role, if it has one
 * @param ours taken by this process's pool
 * @param oursBeside taken by this process beside the pool: the one that watches, and while it migrates one more
 * @param siblings taken by other processes of this kind
 * @param others taken by anybody else
 */
public record Slots(
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

    /** What ordinary roles may have between them. */
    public int usable() {
        return maxConnections - superuserReserved - reserved;
    }

    /** What an ordinary role could still connect, if neither its database nor itself has a limit. */
    public int free() {
        return Math.max(0, usable() - used());
    }
}
