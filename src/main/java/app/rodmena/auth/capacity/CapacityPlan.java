package app.rodmena.auth.capacity;

import java.util.List;
import java.util.stream.Stream;

/** Compares the maximum connections of a fleet with PostgreSQL's limits. Arithmetic only; sends no query. */
public record CapacityPlan(ConnectionDemand demand, ConnectionLimits limits) {
    private static final List<Integer> SCALE = List.of(4, 8, 16, 32);

    /** The connections that stay free if all processes open their maximum; negative if connections are missing. */
    public int headroom() {
        return limits.tightest().room() - demand.total();
    }

    public boolean fits() {
        return headroom() >= 0;
    }

    /** The minimum max_connections for this fleet. */
    public int maxConnectionsNeeded() {
        return limits.maxConnectionsFor(demand.total());
    }

    /** The same pools with 4, 8, 16 and 32 workers and with the planned number. */
    public List<CapacityPlan> scaling() {
        return Stream.concat(SCALE.stream(), Stream.of(demand.workers()))
                .distinct()
                .sorted()
                .map(workers -> new CapacityPlan(demand.withWorkers(workers), limits))
                .toList();
    }

    /** The maximum number of processes with these pools that fit. */
    public int maxWorkers() {
        return limits.room() / demand.withWorkers(1).total();
    }

    /** The maximum pooled connections of each process so that all fit; 0 if there is no room for even one. */
    public int maxPerWorker() {
        return Math.max(0, limits.room() / demand.workers() - ConnectionDemand.MONITORS_PER_WORKER);
    }
}
