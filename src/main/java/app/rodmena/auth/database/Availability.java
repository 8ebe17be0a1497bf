package app.rodmena.auth.database;

import java.time.Instant;

/**
 * Whether PostgreSQL answers, as a probe of its own connection last saw it, and whether the pool gets connections.
 *
 * @param reachable whether the last probe was answered or only kept back, and that at most 2 s ago, and a connection is
 *     open or can be
 * @param migrated whether the tables are there
 * @param problem what is wrong, safe to show; empty when nothing is
 * @param since since when it is so
 * @param keptBack whether a pooler keeps the probe back, because its pool is full or paused; that is no outage
 */
public record Availability(boolean reachable, boolean migrated, String problem, Instant since, boolean keptBack) {
    /** Where no pooler keeps the probe back. */
    public Availability(boolean reachable, boolean migrated, String problem, Instant since) {
        this(reachable, migrated, problem, since, false);
    }

    /** Whether questions can be answered now. */
    public boolean ready() {
        return reachable && migrated;
    }
}
