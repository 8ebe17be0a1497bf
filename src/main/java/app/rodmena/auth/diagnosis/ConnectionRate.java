package app.rodmena.auth.diagnosis;

import app.rodmena.auth.database.activity.Backend.BackendOwner;
import app.rodmena.auth.database.activity.PostgresSnapshot;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Measures the rate of new sessions of other clients over the last seconds: their number from PostgreSQL's statistics,
 * their applications from the sessions seen. Not thread-safe.
 */
final class ConnectionRate {
    /** Servers that start together open fewer per second on average. */
    private static final double STORM_PER_SECOND = 20;

    private static final Duration MIN_SPAN = Duration.ofSeconds(3);
    private static final Duration WINDOW = Duration.ofSeconds(10);

    /**
     * Many new sessions of PostgreSQL that are not of this process: each costs PostgreSQL a process and a login.
     *
     * @param application the application with the largest share of the new sessions that were seen; empty if none was
     *     seen, because they end too soon
     * @param share the share of that application, 0 to 1
     */
    record ConnectionStorm(double perSecond, String application, double share) {
        /** For example {@code 130 new connections per second to PostgreSQL, 92 % of them by billing}. */
        String describe() {
            String clients = application.isEmpty()
                    ? ", too short to be seen"
                    : ", %s %% of those seen by %s".formatted(Math.round(share * 100), application);
            return "connection storm: %s new connections per second to PostgreSQL".formatted(Formats.rate(perSecond))
                    + clients;
        }
    }

    private record Reading(long nanos, long sessions, long own, Map<String, Integer> seen) {}

    private final Deque<Reading> readings = new ArrayDeque<>();

    /**
     * Adds a view.
     *
     * @param own the connections that this process has opened so far
     * @return the storm of the last seconds; empty if there is none, or PostgreSQL does not count sessions
     */
    Optional<ConnectionStorm> add(PostgresSnapshot view, long own, long nanos) {
        if (view.sessions().isEmpty()) {
            return Optional.empty();
        }
        long sessions = view.sessions().get();
        if (!readings.isEmpty() && sessions < readings.getLast().sessions) {
            readings.clear(); // The statistics were reset.
        }
        readings.add(new Reading(nanos, sessions, own, seen(view, nanos)));
        while (nanos - readings.getFirst().nanos > WINDOW.toNanos()) {
            readings.removeFirst();
        }
        Reading first = readings.getFirst();
        if (nanos - first.nanos < MIN_SPAN.toNanos()) {
            return Optional.empty();
        }
        double perSecond = (sessions - first.sessions - (own - first.own)) * 1e9 / (nanos - first.nanos);
        return perSecond < STORM_PER_SECOND ? Optional.empty() : Optional.of(storm(perSecond));
    }

    /** The sessions of others that have begun since the last view. */
    private Map<String, Integer> seen(PostgresSnapshot view, long nanos) {
        Duration since =
                readings.isEmpty() ? Duration.ofSeconds(1) : Duration.ofNanos(nanos - readings.getLast().nanos);
        Map<String, Integer> counts = new HashMap<>();
        view.backends().stream()
                .filter(backend -> backend.owner() == BackendOwner.OTHER || backend.owner() == BackendOwner.SIBLING)
                .filter(backend -> backend.connectedFor()
                        .filter(age -> age.compareTo(since) < 0)
                        .isPresent())
                .forEach(backend ->
                        counts.merge(Formats.client(backend.application(), backend.user()), 1, Integer::sum));
        return counts;
    }

    private ConnectionStorm storm(double perSecond) {
        Map<String, Integer> counts = new HashMap<>();
        readings.forEach(reading -> reading.seen.forEach((name, count) -> counts.merge(name, count, Integer::sum)));
        int total = counts.values().stream().mapToInt(Integer::intValue).sum();
        return counts.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(largest -> new ConnectionStorm(perSecond, largest.getKey(), (double) largest.getValue() / total))
                .orElse(new ConnectionStorm(perSecond, "", 0));
    }
}
