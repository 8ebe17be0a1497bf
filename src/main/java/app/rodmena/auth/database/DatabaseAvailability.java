package app.rodmena.auth.database;

import java.time.Instant;

/**
 * Whether PostgreSQL answers, by the monitor's last probe, and whether the pool can open connections.
 *
 * @param reachable whether the last probe, at most 2 s ago, was answered or waits in a pooler's queue, and a connection
 *     is open or can be opened
 * @param migrated whether the tables exist
 * @param problem the problem, safe for responses; empty if there is none
 * @param since the start of this state
 * @param failover a recent failover, for example {@code failed over from h1:5432 to h2:5432 at …}; empty if there was
 *     none
 * @param keptBack whether the probe waits in the queue of a pooler, whose pool is full or paused; this is no outage
 */
public record DatabaseAvailability(
        boolean reachable, boolean migrated, String problem, Instant since, String failover, boolean keptBack) {
    public boolean ready() {
        return reachable && migrated;
    }
}
