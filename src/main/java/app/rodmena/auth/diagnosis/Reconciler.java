package app.rodmena.auth.diagnosis;

import app.rodmena.auth.activity.Backend;
import app.rodmena.auth.activity.BackendOwner;
import app.rodmena.auth.activity.PostgresSnapshot;
import app.rodmena.auth.diagnosis.Reconciliation.Lost;
import app.rodmena.auth.pool.ConnectionView;
import java.time.Duration;
import java.time.Instant;
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

    /** Differences are reported from this duration on: opening and closing connections cause short ones. */
    private static final Duration LASTING = Duration.ofSeconds(1);

    private final String pool;
    private Map<Integer, Instant> unknownSince = Map.of();
    private Map<Integer, Instant> lostSince = Map.of();
    private final Set<Integer> told = new HashSet<>();
    private long unknownTotal;
    private long lostTotal;

    /** @param instance the instance name of this process in PostgreSQL */
    Reconciler(String instance) {
        pool = "auth/" + instance;
    }

    Reconciliation compare(Observation observed) {
        boolean possible = observed.postgres().isPresent() && observed.pidsKnown();
        if (!possible) {
            unknownSince = Map.of();
            lostSince = Map.of();
            return new Reconciliation(false, List.of(), List.of(), unknownTotal, lostTotal);
        }
        PostgresSnapshot view = observed.postgres().get();
        Instant now = observed.after().at();
        List<Backend> unknown = unknown(view, observed);
        List<Lost> lost = lost(view, observed);
        unknownSince = since(unknownSince, unknown.stream().map(Backend::pid), now);
        lostSince = since(lostSince, lost.stream().map(Lost::connectionId), now);
        List<Backend> stillUnknown = unknown.stream()
                .filter(backend -> isLasting(unknownSince.get(backend.pid()), now))
                .toList();
        List<Lost> stillLost = lost.stream()
                .filter(one -> isLasting(lostSince.get(one.connectionId()), now))
                .toList();
        tell(stillUnknown, stillLost);
        return new Reconciliation(true, stillUnknown, stillLost, unknownTotal, lostTotal);
    }

    /** The start of each uninterrupted difference. */
    private static Map<Integer, Instant> since(Map<Integer, Instant> before, Stream<Integer> seen, Instant now) {
        return seen.collect(Collectors.toMap(Function.identity(), number -> before.getOrDefault(number, now)));
    }

    private static boolean isLasting(Instant since, Instant now) {
        return Duration.between(since, now).compareTo(LASTING) >= 0;
    }

    /** The pool's backends without a connection before or after the query, except for one that is being opened. */
    private List<Backend> unknown(PostgresSnapshot view, Observation observed) {
        Set<Integer> known = new HashSet<>();
        observed.before().connections().forEach(connection -> known.add(connection.backendPid()));
        observed.after().connections().forEach(connection -> known.add(connection.backendPid()));
        return view.backends().stream()
                .filter(backend -> backend.owner() == BackendOwner.POOL && !known.contains(backend.pid()))
                .filter(backend -> !isBeingOpened(backend, observed))
                .toList();
    }

    private static boolean isBeingOpened(Backend backend, Observation observed) {
        Optional<Duration> attempt = observed.after().opening().attempt();
        Optional<Duration> age = backend.connectedFor();
        return attempt.isPresent()
                && age.isPresent()
                && age.get().compareTo(attempt.get().plus(LASTING)) < 0;
    }

    /** The connections without a backend that were open both before and after the query. */
    private List<Lost> lost(PostgresSnapshot view, Observation observed) {
        Set<Integer> pids = view.backends().stream().map(Backend::pid).collect(Collectors.toSet());
        Set<Integer> before =
                observed.before().connections().stream().map(ConnectionView::id).collect(Collectors.toSet());
        return observed.after().connections().stream()
                .filter(connection -> before.contains(connection.id()) && !pids.contains(connection.backendPid()))
                .filter(connection -> connection.state() != ConnectionView.State.CLOSING)
                .map(connection -> new Lost(
                        connection.id(),
                        connection.backendPid(),
                        connection.use().isPresent()))
                .toList();
    }

    private void tell(List<Backend> unknown, List<Lost> lost) {
        Set<Integer> now = new HashSet<>();
        for (Backend backend : unknown) {
            now.add(backend.pid());
            if (told.add(backend.pid())) {
                unknownTotal++;
                LOG.warn(
                        "PostgreSQL has a backend {} of {} from {} that this pool does not know: another process with"
                                + " the same --instance, or a connection that was lost",
                        backend.pid(),
                        pool,
                        backend.client().isEmpty() ? "a local socket" : backend.client());
            }
        }
        for (Lost one : lost) {
            now.add(-one.connectionId());
            if (told.add(-one.connectionId())) {
                lostTotal++;
                LOG.warn(
                        "The pool's connection {} talks to a backend {} that PostgreSQL no longer has; {}",
                        one.connectionId(),
                        one.backendPid(),
                        one.out() ? "somebody has it" : "it is replaced when somebody wants it");
            }
        }
        told.retainAll(now);
    }
}
