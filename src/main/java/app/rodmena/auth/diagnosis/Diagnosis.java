package app.rodmena.auth.diagnosis;

import app.rodmena.auth.database.Monitor;
import app.rodmena.auth.database.RecentFailures.FailureGroup;
import app.rodmena.auth.database.activity.Backend;
import app.rodmena.auth.database.activity.PostgresSnapshot;
import app.rodmena.auth.pool.PoolView;
import app.rodmena.auth.pool.WaiterView;
import app.rodmena.auth.schema.Description;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The state of the pool at one time, with its causes and recommendations. Immutable and self-contained.
 *
 * @param sentence the situation and its cause, in one sentence
 * @param steps the recommendations, the safest first; may be empty
 * @param holders the connections in use, the longest use first
 * @param waiters the callers that wait for a connection, grouped by route, the largest group first
 * @param postgres PostgreSQL's view; empty if PostgreSQL did not answer
 * @param lastSeen PostgreSQL's last view before it stopped answering; empty while it answers, or if there is none
 * @param outage the reason why PostgreSQL cannot be queried; empty if it can
 * @param sqlState the SQLSTATE of the outage, or of the last failed attempt to connect; empty if there is neither
 * @param reconciliation the comparison of the pool's connections with PostgreSQL's backends
 * @param blindSpots the facts that the diagnosis lacks, one sentence each, with a remedy where there is one
 * @param failures the failures of the last 15 minutes, the latest first
 */
public record Diagnosis(
        Instant time,
        Situation situation,
        String sentence,
        List<Recommendation> steps,
        PoolView pool,
        List<Holder> holders,
        List<WaiterGroup> waiters,
        Optional<PostgresSnapshot> postgres,
        Optional<PostgresSnapshot> lastSeen,
        Optional<Monitor.Outage> outage,
        String sqlState,
        Reconciliation reconciliation,
        List<String> blindSpots,
        List<FailureGroup> failures) {
    public Diagnosis {
        steps = List.copyOf(steps);
        holders = List.copyOf(holders);
        waiters = List.copyOf(waiters);
        blindSpots = List.copyOf(blindSpots);
        failures = List.copyOf(failures);
    }

    /** The number of connections in use for each verdict, without the verdicts of no connection. */
    public Map<Verdict, Integer> verdicts() {
        Map<Verdict, Integer> counts = new EnumMap<>(Verdict.class);
        holders.forEach(holder -> counts.merge(holder.verdict(), 1, Integer::sum));
        return counts;
    }

    /** A recommended action. */
    @Description("One recommendation")
    public record Recommendation(
            @Description("The action and its effect") String what,

            @Description("The command; empty if there is none")
            String command,

            @Description(
                    "The action of the admin listener with the same effect, for example terminateBackend; empty if there"
                            + " is none")
            String action,

            @Description(
                    value = "PID of the backend for the action terminateBackend; 0 for other actions",
                    unit = "pid")
            int pid) {}

    /**
     * The callers that wait for a connection for the same operation.
     *
     * @param since the arrival of the caller that has waited longest
     */
    @Description("Callers of one route waiting for a connection")
    public record WaiterGroup(
            @Description(key = true, value = "Route of the callers, for example GET /api/roles")
            String route,

            @Description(value = "Number of callers", unit = "callers")
            int count,

            Instant since,

            @Description(value = "Longest current wait among them", wholeMillis = true)
            Duration longest,

            @Description("Id of the request that has waited longest; empty if it has none")
            String requestId) {
        /** The waiting callers by route, the largest group first. */
        static List<WaiterGroup> of(PoolObservation pool) {
            return pool.waiters().stream().collect(Collectors.groupingBy(WaiterView::route)).entrySet().stream()
                    .map(group -> of(group.getKey(), group.getValue(), pool.at()))
                    .sorted(Comparator.comparing(WaiterGroup::count).reversed().thenComparing(WaiterGroup::route))
                    .toList();
        }

        private static WaiterGroup of(String route, List<WaiterView> callers, Instant now) {
            WaiterView first = Collections.min(callers, Comparator.comparing(WaiterView::since));
            Duration longest = Duration.between(first.since(), now);
            return new WaiterGroup(
                    route,
                    callers.size(),
                    first.since(),
                    longest.isNegative() ? Duration.ZERO : longest,
                    first.ids().requestId());
        }
    }

    /**
     * The differences between the pool's connections and PostgreSQL's backends that have lasted for at least 1 s.
     * Connections that are being opened or closed are no difference. Immutable.
     *
     * @param possible false if pids are unknown or PostgreSQL does not answer
     * @param unknownBackends backends with the pool's application_name and no connection in the pool
     * @param lostConnections connections of the pool without a backend
     */
    @Description("Differences between the connections that the pool knows and those that PostgreSQL knows")
    public record Reconciliation(
            @Description("Whether they can be compared now") boolean possible,

            List<Backend> unknownBackends,
            List<Lost> lostConnections,

            @Description(value = "Unknown backends since start", unit = "backends")
            long unknownBackendsTotal,

            @Description(value = "Lost connections since start", unit = "connections")
            long lostConnectionsTotal) {
        /** The value before the first comparison. */
        public static final Reconciliation NONE = new Reconciliation(false, List.of(), List.of(), 0, 0);

        /** A connection of the pool whose backend no longer exists. */
        public record Lost(int connectionId, int backendPid, boolean inUse) {}

        public Reconciliation {
            unknownBackends = List.copyOf(unknownBackends);
            lostConnections = List.copyOf(lostConnections);
        }

        public boolean agrees() {
            return unknownBackends.isEmpty() && lostConnections.isEmpty();
        }

        @Description(
                name = "unknownBackends",
                value = "PIDs of backends under the pool's name that the pool does not know")
        public String unknownBackendPids() {
            return unknownBackends.stream()
                    .map(backend -> String.valueOf(backend.pid()))
                    .collect(Collectors.joining(", "));
        }

        @Description(name = "lostConnections", value = "Numbers of the pool's connections whose backend is gone")
        public String lostConnectionIds() {
            return lostConnections.stream()
                    .map(lost -> String.valueOf(lost.connectionId()))
                    .collect(Collectors.joining(", "));
        }
    }
}
