package app.rodmena.auth.diagnosis;

import app.rodmena.auth.database.FailureKind;
import app.rodmena.auth.database.Monitor;
import app.rodmena.auth.database.activity.PostgresSnapshot;
import app.rodmena.auth.pool.PoolView;
import app.rodmena.auth.schema.Description;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The state of the pool at one time, with its causes and recommendations. Immutable and self-contained.
 *
 * @param time the time of the diagnosis
 * @param situation the state of the pool as a whole
 * @param sentence the situation and its cause, in one sentence
 * @param steps the recommendations, the safest first; may be empty
 * @param pool the pool's numbers
 * @param holders the connections in use, the longest use first
 * @param waiters the callers that wait for a connection, grouped by route, the largest group first
 * @param postgres PostgreSQL's view; empty if PostgreSQL did not answer
 * @param lastSeen PostgreSQL's last view before it stopped answering; empty while it answers, or if there is none
 * @param outage the reason why PostgreSQL cannot be queried; empty if it can
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
        Reconciliation reconciliation,
        List<String> blindSpots,
        List<RecentFailure> failures) {
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
     * The failures of one kind in the last 15 minutes.
     *
     * @param kind the kind of failure, of requests or of attempts to connect
     * @param count the number of failures
     * @param ago the time since the last failure
     * @param message the message of the last failure, one line
     * @param incident the id of the incident that explains it; empty if there is none
     */
    public record RecentFailure(FailureKind kind, int count, Duration ago, String message, Optional<String> incident) {}
}
