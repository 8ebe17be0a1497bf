package app.rodmena.auth.diagnosis;

import app.rodmena.auth.database.ApplicationName;
import app.rodmena.auth.database.activity.Backend;
import app.rodmena.auth.database.activity.Backend.BackendOwner;
import app.rodmena.auth.database.activity.PostgresSnapshot;
import app.rodmena.auth.diagnosis.Diagnosis.Reconciliation;
import app.rodmena.auth.diagnosis.Diagnosis.Reconciliation.Lost;
import app.rodmena.auth.pool.ConnectionView;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the pool's connections with PostgreSQL's backends at each diagnosis, and logs each difference once. Not
 * thread-safe.
 */
final class Reconciler {
    private static final Logger LOG = LoggerFactory.getLogger("auth.diagnosis");

    /** The minimum duration of a reported difference: opening and closing connections cause shorter ones. */
    private static final Duration MIN_DURATION = Duration.ofSeconds(1);

    private final String pool;
    private Map<Integer, Long> unknownSince = Map.of();
    private Map<Integer, Long> lostSince = Map.of();
    private final Set<Integer> reported = new HashSet<>();
    private long unknownTotal;
    private long lostTotal;

    /** @param instance the instance name of this process in PostgreSQL */
    Reconciler(String instance) {
        pool = new ApplicationName(instance).pool();
    }

    Reconciliation compare(Observation observation) {
        if (observation.postgres().isEmpty() || !observation.pidsKnown()) {
            unknownSince = Map.of();
            lostSince = Map.of();
            return new Reconciliation(false, List.of(), List.of(), unknownTotal, lostTotal);
        }
        PostgresSnapshot view = observation.postgres().get();
        long now = System.nanoTime();
        List<Backend> unknown = unknown(view, observation);
        List<Lost> lost = lost(view, observation);
        unknownSince = since(unknownSince, unknown.stream().map(Backend::pid), now);
        lostSince = since(lostSince, lost.stream().map(Lost::connectionId), now);
        List<Backend> stillUnknown = unknown.stream()
                .filter(backend -> isLasting(unknownSince.get(backend.pid()), now))
                .toList();
        List<Lost> stillLost = lost.stream()
                .filter(lostConnection -> isLasting(lostSince.get(lostConnection.connectionId()), now))
                .toList();
        report(stillUnknown, stillLost);
        return new Reconciliation(true, stillUnknown, stillLost, unknownTotal, lostTotal);
    }

    /** The start of each uninterrupted difference, by the monotonic clock. */
    private static Map<Integer, Long> since(Map<Integer, Long> before, Stream<Integer> current, long now) {
        return current.collect(Collectors.toMap(Function.identity(), id -> before.getOrDefault(id, now)));
    }

    private static boolean isLasting(long since, long now) {
        return now - since >= MIN_DURATION.toNanos();
    }

    /** The pool's backends without a connection before or after the query, except for one that is being opened. */
    private List<Backend> unknown(PostgresSnapshot view, Observation observation) {
        Set<Integer> known = new HashSet<>();
        observation.before().connections().forEach(connection -> known.add(connection.backendPid()));
        observation.after().connections().forEach(connection -> known.add(connection.backendPid()));
        return view.backends().stream()
                .filter(backend -> backend.owner() == BackendOwner.POOL && !known.contains(backend.pid()))
                .filter(backend -> !isBeingOpened(backend, observation))
                .toList();
    }

    private static boolean isBeingOpened(Backend backend, Observation observation) {
        Optional<Duration> attempt = observation.after().opening().attempt();
        Optional<Duration> age = backend.connectedFor();
        return attempt.isPresent()
                && age.isPresent()
                && age.get().compareTo(attempt.get().plus(MIN_DURATION)) < 0;
    }

    /** The connections without a backend that were open both before and after the query. */
    private List<Lost> lost(PostgresSnapshot view, Observation observation) {
        Set<Integer> pids = view.backends().stream().map(Backend::pid).collect(Collectors.toSet());
        Set<Integer> before = observation.before().connections().stream()
                .map(ConnectionView::id)
                .collect(Collectors.toSet());
        return observation.after().connections().stream()
                .filter(connection -> before.contains(connection.id()) && !pids.contains(connection.backendPid()))
                .filter(connection -> connection.state() != ConnectionView.State.CLOSING)
                .map(connection -> new Lost(
                        connection.id(),
                        connection.backendPid(),
                        connection.use().isPresent()))
                .toList();
    }

    private void report(List<Backend> unknown, List<Lost> lost) {
        Set<Integer> differences = new HashSet<>();
        for (Backend backend : unknown) {
            differences.add(backend.pid());
            if (reported.add(backend.pid())) {
                unknownTotal++;
                LOG.warn(
                        "PostgreSQL's backend {} of {} from {} belongs to no connection of this pool: another process"
                                + " uses the same --instance, or the pool lost a connection",
                        backend.pid(),
                        pool,
                        backend.client().isEmpty() ? "a local socket" : backend.client());
            }
        }
        for (Lost lostConnection : lost) {
            differences.add(-lostConnection.connectionId());
            if (reported.add(-lostConnection.connectionId())) {
                lostTotal++;
                LOG.warn(
                        "The pool's connection {} uses backend {}, which no longer exists; {}",
                        lostConnection.connectionId(),
                        lostConnection.backendPid(),
                        lostConnection.inUse() ? "it is in use" : "it is replaced at its next checkout");
            }
        }
        reported.retainAll(differences);
    }
}
