package app.rodmena.auth.capacity;

import java.util.Objects;

/**
 * The processes of a fleet with one instance name, usually one, as read from pg_stat_activity.
 *
 * @param instance the instance name
 * @param processes number of processes, by their monitor connections
 * @param pools their announced pool_size and max_overflow, for example {@code 5+5}, separated by commas; empty if none
 *     is announced
 * @param poolMaximum the sum of the maxima of their pools
 * @param pooled open connections of their pools
 * @param beside open connections outside pools and monitors: those of migrations
 * @param undecided further processes that have not decided yet whether they fit; they have no share
 */
public record FleetMember(
        String instance, int processes, String pools, int poolMaximum, int pooled, int beside, int undecided) {
    public FleetMember {
        Objects.requireNonNull(instance, "instance");
        Objects.requireNonNull(pools, "pools");
    }

    /**
     * The maximum connections of its pools and monitors. A process without a monitor connection announces no maximum
     * and counts with its open connections; so does an undecided process.
     */
    public int share() {
        if (isUndecided()) {
            return pooled;
        }
        return Math.max(poolMaximum, pooled + beside) + processes * ConnectionDemand.MONITORS_PER_WORKER;
    }

    /** The share while none of its processes has decided; 0 once one has. */
    int undecidedShare() {
        return isUndecided() ? share() : 0;
    }

    private boolean isUndecided() {
        return processes == 0 && undecided > 0;
    }

    /** The open connections, as counted in the share. */
    public int open() {
        return pooled + beside + processes * ConnectionDemand.MONITORS_PER_WORKER;
    }
}
