package app.rodmena.auth.diagnosis;

import app.rodmena.auth.activity.PostgresSnapshot;
import app.rodmena.auth.database.Monitor;
import app.rodmena.auth.pool.PoolView;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Why the pool is as it is, at one moment: immutable, and complete in itself.
 *
 * @param time when
 * @param situation what the pool is like as a whole
 * @param sentence that and why, in one sentence
 * @param steps what to do, the safest first; empty if nothing
 * @param pool the pool's numbers
 * @param holders who has connections, whoever has one longest first
 * @param waiters who waits for one, by route, the largest group first
 * @param postgres what PostgreSQL says; empty if it does not answer
 * @param lastSeen what it said when it last answered, while it does not
 * @param outage why PostgreSQL can't be asked; empty if it can
 * @param reconciliation whether both sides agree about which connections there are
 * @param blindSpots what could not be seen, a sentence each, with what would help
 * @param failures what failed in the last fifteen minutes, the latest first
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

    /** How many connections are out for each reason; reasons that none has are left out. */
    public Map<Verdict, Integer> verdicts() {
        Map<Verdict, Integer> counts = new EnumMap<>(Verdict.class);
        holders.forEach(holder -> counts.merge(holder.verdict(), 1, Integer::sum));
        return counts;
    }
}
