package app.rodmena.auth.diagnosis;

import app.rodmena.auth.common.SqlState;
import app.rodmena.auth.database.Monitor;
import app.rodmena.auth.pool.OpeningView;
import app.rodmena.auth.pool.PoolSnapshot;
import app.rodmena.auth.pool.PoolView;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Classifies the state of the pool as a whole. A pure function. */
final class SituationClassifier {
    private static final Duration SLOW_OPENING = Duration.ofSeconds(1);

    /** The maximum normal wait while connections are available: for the preceding batch of the same kind. */
    private static final Duration NORMAL_BATCH_WAIT = Duration.ofMillis(250);

    /**
     * The SQLSTATE prefixes of a refused login: insufficient resources (too many connections, in total or for this role
     * or database), invalid authorization, no such database, no privilege to connect, a database that allows no
     * connections.
     */
    private static final List<String> REFUSAL_STATES =
            List.of("53", "28", "3D", SqlState.INSUFFICIENT_PRIVILEGE, SqlState.WRONG_OBJECT_STATE);

    /** The time after the last failure during which the situation is {@link Situation#FAILING}. */
    private static final Duration FAILING_PERIOD = Duration.ofSeconds(10);

    /** From this number on, new connections without a checkout count as lost; one or two may still be checked out. */
    private static final int LOST_CONNECTS = 3;

    private SituationClassifier() {}

    static Situation of(Observation observation, List<Holder> holders) {
        PoolSnapshot pool = observation.after().view().numbers();
        OpeningView opening = observation.after().opening();
        if (observation.after().view().suspended()) {
            return Situation.SUSPENDED;
        }
        if (observation.outage().isPresent()) {
            return ofOutage(observation.outage().get());
        }
        if (observation.availability().keptBack()) {
            return Situation.SATURATED;
        }
        if (!observation.availability().migrated()) {
            return Situation.NOT_PREPARED;
        }
        if (opening.downSince().isPresent()) {
            return failedWith(opening, SqlState.READ_ONLY::equals) ? Situation.NO_PRIMARY : Situation.REFUSED;
        }
        // A caller without a connection is normal for a short time, so both views must show one.
        boolean lacksConnection = pool.waiting() > 0
                || Math.min(opening.acquiring(), observation.before().opening().acquiring()) > 0;
        if (lacksConnection && failedWith(opening, SituationClassifier::isRefusal)) {
            return Situation.REFUSED;
        }
        boolean stalled = waitsWithoutUse(observation.before()) && waitsWithoutUse(observation.after());
        if (stalled && opening.unused() >= LOST_CONNECTS) {
            return Situation.STALLED;
        }
        if (holders.stream().anyMatch(holder -> holder.verdict().isTrouble())) {
            return isFull(pool)
                    ? Situation.EXHAUSTED
                    : waitsForBatch(observation) ? Situation.BLOCKED : Situation.TROUBLED;
        }
        if (opening.acquiring() > 0 && isSlowOrFailing(opening)) {
            return Situation.OPENING;
        }
        if (stalled && observation.after().view().oldestWait().compareTo(SLOW_OPENING) >= 0) {
            return Situation.STALLED;
        }
        // Short uses leave a permit free at one moment or another.
        boolean isSaturated = isFull(pool) || observation.throughput().saturated();
        if (pool.waiting() > 0 && (isSaturated || waitsForBatch(observation))) {
            return NoisyTenant.of(observation, holders).isPresent() ? Situation.NOISY_TENANT : Situation.SATURATED;
        }
        return observation.failures().stream()
                .findFirst()
                .map(last -> last.ago().compareTo(FAILING_PERIOD) < 0 ? Situation.FAILING : Situation.RECOVERING)
                .orElse(Situation.WELL);
    }

    /** Whether callers wait and no connection is in use. */
    private static boolean waitsWithoutUse(PoolObservation pool) {
        return pool.view().numbers().checkedOut() == 0
                && pool.view().numbers().waiting() + pool.opening().acquiring() > 0;
    }

    /** Whether a new caller has to wait for a check-in. */
    private static boolean isFull(PoolSnapshot pool) {
        return pool.checkedOut() >= pool.maximum();
    }

    /** Whether a caller waits unusually long for a batch of the same kind, although connections are available. */
    static boolean waitsForBatch(Observation observation) {
        PoolView view = observation.after().view();
        return view.numbers().waiting() > 0
                && view.numbers().checkedOut() > 0
                && !isFull(view.numbers())
                && !view.suspended()
                && view.oldestWait().compareTo(NORMAL_BATCH_WAIT) >= 0;
    }

    private static boolean isSlowOrFailing(OpeningView opening) {
        return opening.failure().isPresent()
                || opening.attempt()
                        .filter(time -> time.compareTo(SLOW_OPENING) >= 0)
                        .isPresent();
    }

    private static Situation ofOutage(Monitor.Outage outage) {
        if (outage.sqlState().equals(SqlState.READ_ONLY)) {
            return Situation.NO_PRIMARY;
        }
        return isRefusal(outage.sqlState()) ? Situation.REFUSED : Situation.DATABASE_DOWN;
    }

    private static boolean failedWith(OpeningView opening, Predicate<String> sqlState) {
        return opening.failure().map(SQLException::getSQLState).filter(sqlState).isPresent();
    }

    static boolean isRefusal(String sqlState) {
        return REFUSAL_STATES.stream().anyMatch(sqlState::startsWith);
    }

    /**
     * A tenant with more than half of the waiting requests, beside others, or with more than half of the connections
     * while others wait.
     *
     * @param tenant its fingerprint
     * @param share what it has, for example {@code 19 of 20 waiting requests}
     * @param route the route of most of them
     */
    record NoisyTenant(String tenant, String share, String route) {
        /** Fewer waiting requests are an ordinary burst. */
        private static final int MIN_WAITING = 10;

        /** Of a smaller pool, one tenant often has most connections. */
        private static final int MIN_HELD = 3;

        /** A request, waiting or with a connection. */
        private record Request(String tenant, String route) {}

        static Optional<NoisyTenant> of(Observation observation, List<Holder> holders) {
            List<Request> waiting = observation.after().waiters().stream()
                    .map(waiter -> new Request(waiter.tenant(), waiter.route()))
                    .toList();
            List<Request> running = holders.stream()
                    .map(holder -> new Request(holder.tenant(), holder.route()))
                    .toList();
            PoolSnapshot pool = observation.after().view().numbers();
            return largest(waiting, waiting.size(), "waiting requests", MIN_WAITING)
                    .filter(noisy -> noisy.hasOtherTenants(waiting) || noisy.hasOtherTenants(running))
                    .or(() -> largest(running, pool.maximum(), "connections", MIN_HELD)
                            .filter(noisy -> noisy.hasOtherTenants(waiting)));
        }

        private boolean hasOtherTenants(List<Request> requests) {
            return requests.stream().anyMatch(request -> !request.tenant.equals(tenant));
        }

        /** The tenant with more than half of a total, and at least a minimum. */
        private static Optional<NoisyTenant> largest(List<Request> requests, int total, String unit, int min) {
            return mostFrequent(requests.stream().map(Request::tenant))
                    .filter(tenant -> !tenant.getKey().equals("-"))
                    .filter(tenant -> tenant.getValue() >= min && 2 * tenant.getValue() > total)
                    .map(tenant -> new NoisyTenant(
                            tenant.getKey(),
                            "%s of %s %s".formatted(tenant.getValue(), total, unit),
                            mostFrequent(requests.stream()
                                            .filter(request -> request.tenant.equals(tenant.getKey()))
                                            .map(Request::route))
                                    .orElseThrow()
                                    .getKey()));
        }

        private static Optional<Map.Entry<String, Long>> mostFrequent(Stream<String> names) {
            return names.collect(Collectors.groupingBy(Function.identity(), Collectors.counting())).entrySet().stream()
                    .max(Map.Entry.comparingByValue());
        }
    }
}
