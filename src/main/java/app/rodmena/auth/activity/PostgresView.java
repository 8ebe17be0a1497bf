package app.rodmena.auth.activity;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * PostgreSQL at one moment, as one of its clients may see it.
 *
 * @param takenAt when it was asked, by our clock
 * @param took how long asking took: the moment that the ages refer to is within it
 * @param version as {@code 180006}
 * @param standby whether it is a standby, which can't be written to
 * @param role the role we are logged in as
 * @param seesEverything whether that role may see what others do
 * @param slots its connections, and who has them
 * @param backends those that serve clients, and what else has a transaction; the longest in a transaction first
 * @param counts all backends, by name and state
 */
public record PostgresView(
        Instant takenAt,
        Duration took,
        int version,
        boolean standby,
        String role,
        boolean seesEverything,
        Slots slots,
        List<Backend> backends,
        List<StateCount> counts) {
    public PostgresView {
        backends = List.copyOf(backends);
        counts = List.copyOf(counts);
    }

    public Optional<Backend> backend(int pid) {
        return backends.stream().filter(backend -> backend.pid() == pid).findFirst();
    }

    /** Those whose statement has been running for that long, the longest first. */
    public List<Backend> runningFor(Duration threshold) {
        Comparator<Backend> shortest =
                Comparator.comparing(backend -> backend.queryFor().orElse(Duration.ZERO));
        return backends.stream()
                .filter(Backend::isActive)
                .filter(backend -> backend.queryFor().orElse(Duration.ZERO).compareTo(threshold) >= 0)
                .sorted(shortest.reversed())
                .toList();
    }
}
