package app.rodmena.auth.capacity;

import app.rodmena.auth.capacity.CapacityPlan.ConnectionDemand;
import app.rodmena.auth.capacity.ConnectionLimits.ConnectionLimit;
import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.Flatten;
import java.time.Instant;
import java.util.List;

/**
 * All processes of this server with the same role and database, their maximum connections, and the limits of
 * PostgreSQL. Read from pg_stat_activity only: no state is stored, so the share of a process that dies is free
 * immediately.
 *
 * @param members the processes, by instance name
 */
public record Fleet(
        @Description("Time of the reading, in UTC, for example 2026-11-23T15:34:52.118Z; empty before the first one")
        Instant takenAt,

        @Flatten ConnectionLimits limits,
        List<FleetMember> members) {
    /**
     * The processes of a fleet with one instance name, usually one, as read from pg_stat_activity.
     *
     * @param processes counted by their monitor connections
     * @param poolMaximum the sum of the maxima of their pools
     * @param pooled open connections of their pools
     * @param beside open connections outside pools and monitors: those of migrations
     * @param undecided processes without a share
     */
    @Description("The processes with one instance name, usually one process")
    public record FleetMember(
            @Description(key = true, value = "Instance name, set by --instance")
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
         * The maximum connections of its pools and monitors. A process without a monitor connection announces no
         * maximum and counts with its open connections; so does an undecided process.
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

    public Fleet {
        members = List.copyOf(members);
    }

    @Description(value = "Processes in the fleet", unit = "processes")
    public int processes() {
        return members.stream().mapToInt(FleetMember::processes).sum();
    }

    @Description(value = "Sum of the maxima of all processes", unit = "connections")
    public int committed() {
        return members.stream().mapToInt(FleetMember::share).sum();
    }

    @Description(value = "Connections that all processes have open", unit = "connections")
    public int open() {
        return members.stream().mapToInt(FleetMember::open).sum();
    }

    @Description(
            value = "room - committed: connections that stay free; negative if connections are missing",
            unit = "connections")
    public int headroom() {
        return limits.tightest().room() - committed();
    }

    public boolean fits() {
        return headroom() >= 0;
    }

    /** The sum of the maxima of all processes that the tightest limit counts, those of other fleets included. */
    int allCommitted() {
        return committed() + limits.otherFleets();
    }

    /** The connections that the tightest limit leaves to this and other fleets. */
    int roomForAll() {
        return limits.tightest().room() + limits.otherFleets();
    }

    /** The tightest limit and its use, as text. */
    public String toText() {
        ConnectionLimit bound = limits.tightest();
        return "%s of %s connections are committed to %s process%s (%s %s%s%s%s)"
                .formatted(
                        committed(),
                        limits.room(),
                        processes(),
                        processes() == 1 ? "" : "es",
                        bound.kind().label(),
                        bound.limit(),
                        bound.reserved() == 0 ? "" : ", %s reserved".formatted(bound.reserved()),
                        bound.others() == 0 ? "" : ", %s used by others".formatted(bound.others()),
                        bound.otherFleets() == 0
                                ? ""
                                : ", %s for servers with another role or database".formatted(bound.otherFleets()));
    }
}
