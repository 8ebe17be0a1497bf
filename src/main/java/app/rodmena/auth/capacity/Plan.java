package app.rodmena.auth.capacity;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Whether a fleet fits a PostgreSQL: the most it opens, against what is left for it. Only arithmetic; nothing is asked.
 */
public record Plan(Demand demand, Limits limits) {
    /** The fleets of the original document's scaling table. */
    private static final List<Integer> SCALE = List.of(4, 8, 16, 32);

    public Plan {
        Objects.requireNonNull(demand, "demand");
        Objects.requireNonNull(limits, "limits");
    }

    /** What stays free when every process has opened all it may; negative if so many are missing. */
    public int headroom() {
        return limits.tightest().room() - demand.total();
    }

    public boolean fits() {
        return headroom() >= 0;
    }

    /** What max_connections must be at least. */
    public int maxConnectionsNeeded() {
        return limits.maxConnectionsFor(demand.total());
    }

    /** The same pools with 4, 8, 16 and 32 workers, and with as many as are planned. */
    public List<Plan> scaling() {
        return Stream.concat(SCALE.stream(), Stream.of(demand.workers()))
                .distinct()
                .sorted()
                .map(workers -> new Plan(demand.withWorkers(workers), limits))
                .toList();
    }

    /** The most processes with these pools that fit. */
    public int mostWorkers() {
        return limits.room() / demand.withWorkers(1).total();
    }

    /** The most pooled connections that each of these processes may open so that all fit; 0 if not even one. */
    public int mostPerWorker() {
        return Math.max(0, limits.room() / demand.workers() - Demand.MONITORS_PER_WORKER);
    }
}
