package app.rodmena.auth.database.activity;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A snapshot of PostgreSQL's backends and connection limits, as far as the role may see them. Immutable.
 *
 * @param takenAt start of the query, by this machine's clock
 * @param clock PostgreSQL's clock at the query; what began before it is what the snapshot shows
 * @param took duration of the query; the ages refer to a moment within it
 * @param version server_version_num, for example {@code 180006}
 * @param role the role of the query's connection
 * @param seesEverything whether that role may see the activity of other roles
 * @param sessions the sessions that were opened since the statistics were reset; empty before PostgreSQL 15
 * @param backends client backends, and other backends with a transaction; the oldest transaction first
 * @param counts the number of client backends by application, role and state
 */
public record PostgresSnapshot(
        Instant takenAt,
        Instant clock,
        Duration took,
        int version,
        boolean standby,
        String role,
        boolean seesEverything,
        Optional<Long> sessions,
        ConnectionSlots slots,
        List<Backend> backends,
        List<BackendStateCount> counts) {
    public PostgresSnapshot {
        backends = List.copyOf(backends);
        counts = List.copyOf(counts);
    }

    public Optional<Backend> backend(int pid) {
        return backends.stream().filter(backend -> backend.pid() == pid).findFirst();
    }

    /** The backends whose statement has been running for a time or longer, the longest first. */
    public List<Backend> runningFor(Duration threshold) {
        Comparator<Backend> shortest =
                Comparator.comparing(backend -> backend.queryFor().orElse(Duration.ZERO));
        return backends.stream()
                .filter(Backend::isActive)
                .filter(backend -> backend.queryFor().orElse(Duration.ZERO).compareTo(threshold) >= 0)
                .sorted(shortest.reversed())
                .toList();
    }

    /**
     * The number of backends of an application and role in a state.
     *
     * @param user the role they are logged in as
     * @param state their state; empty if the role of the query may not see it
     */
    public record BackendStateCount(String application, String user, String state, int count) {}
}
