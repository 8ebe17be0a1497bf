package app.rodmena.auth.database;

import java.time.Instant;

/**
 * Whether PostgreSQL answers, by the monitor's last probe, and whether the pool can open connections.
 *
 * @param reachable whether the last probe was answered or only kept back, and that at most 2 s ago, and a connection is
 *     open or can be
 * @param migrated whether the tables are there
 * @param problem the problem, safe for responses; empty if there is none
 * @param since the start of this state
 * @param keptBack whether a pooler keeps the probe back, because its pool is full or paused; that is no outage
 */
public record DatabaseAvailability(
        boolean reachable, boolean migrated, String problem, Instant since, boolean keptBack) {
    /** The availability without a pooler that keeps the probe back. */
    public DatabaseAvailability(boolean reachable, boolean migrated, String problem, Instant since) {
        this(reachable, migrated, problem, since, false);
    }

    /** Whether requests can be answered now. */
    public boolean ready() {
        return reachable && migrated;
    }
}
