package app.rodmena.auth.capacity;

import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.TableKey;

/**
 * The processes of a fleet with one instance name, usually one, as read from pg_stat_activity.
 *
 * @param processes counted by their monitor connections
 * @param pools separated by commas; empty if none is announced
 * @param poolMaximum the sum of the maxima of their pools
 * @param pooled open connections of their pools
 * @param beside open connections outside pools and monitors: those of migrations
 * @param undecided processes without a share
 */
@Description("The processes with one instance name, usually one process")
public record FleetMember(
        @TableKey @Description("Instance name, set by --instance")
        String instance,

        @Description(value = "Processes with this name", unit = "processes")
        int processes,

        @Description("pool_size and max_overflow that the processes announce, for example 5+5")
        String pools,

        int poolMaximum,
        int pooled,
        int beside,

        @Description(
                value = "Further processes with this name that are still checking the fleet's limit",
                unit = "processes")
        int undecided) {
    /**
     * The maximum connections of its pools and monitors. A process without a monitor connection announces no maximum
     * and counts with its open connections; so does an undecided process.
     */
    @Description(value = "Maximum of their connections, monitoring connections included", unit = "connections")
    public int share() {
        boolean isUndecided = processes == 0 && undecided > 0;
        if (isUndecided) {
            return pooled;
        }
        return Math.max(poolMaximum, pooled + beside) + processes * ConnectionDemand.MONITORS_PER_WORKER;
    }

    @Description(value = "Their open connections, monitoring connections included", unit = "connections")
    public int open() {
        return pooled + beside + processes * ConnectionDemand.MONITORS_PER_WORKER;
    }
}
