package app.rodmena.auth.database;

import java.time.Instant;

/**
 * Whether PostgreSQL answers, as a probe of its own connection last saw it.
 *
 * @param reachable whether the last probe was answered, and that at most 2 s ago
 * @param migrated whether the tables are there
 * @param problem what is wrong, safe to show; empty when nothing is
 * @param since since when it is so
 */
public record Availability(boolean reachable, boolean migrated, String problem, Instant since) {
    /** Whether questions can be answered now. */
    public boolean ready() {
        return reachable && migrated;
    }
}
