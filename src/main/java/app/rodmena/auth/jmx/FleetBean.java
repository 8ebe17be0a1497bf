package app.rodmena.auth.jmx;

import app.rodmena.auth.capacity.Bound;
import app.rodmena.auth.capacity.Fleet;
import app.rodmena.auth.capacity.FleetWatch;
import app.rodmena.auth.capacity.Limits.Seen;
import app.rodmena.auth.capacity.Member;
import app.rodmena.auth.mbean.Describe;
import app.rodmena.auth.mbean.Key;
import app.rodmena.auth.mbean.Singly;
import app.rodmena.auth.mbean.Table;
import app.rodmena.auth.views.Text;
import java.util.List;

@Describe("All processes like this one on the database: what they may open, and whether PostgreSQL has it")
final class FleetBean {
    private final FleetWatch watch;

    @Describe("The fleet, as pg_stat_activity showed it a few seconds ago; all numbers are 0 until it was seen once")
    record Overview(
            @Describe("What happens if it does not fit: warn, refuse or off")
            String budget,

            @Describe("When it was seen, in UTC, as 2026-11-23T15:34:52.118Z; empty if it never was")
            String takenAt,

            @Describe("Why it can't be seen now; empty if it can")
            String problem,

            @Describe("Whether all may open what they are configured to")
            boolean fits,

            @Describe(value = "Processes in it", unit = "processes")
            int processes,

            @Describe(value = "The most that all may have open together", unit = "connections")
            int committed,

            @Describe(value = "What all have open", unit = "connections")
            int open,

            @Describe(value = "What PostgreSQL has for it", unit = "connections")
            int room,

            @Describe(
                    value = "room - committed: what would stay free; negative if so many are missing",
                    unit = "connections")
            int headroom,

            @Describe("What limits it most: max_connections, or the limit of the role or the database")
            String tightest,

            @Describe(value = "max_connections of PostgreSQL", unit = "connections")
            int maxConnections,

            @Describe(
                    value = "Of these, kept for superusers and for roles with pg_use_reserved_connections",
                    unit = "connections")
            int reserved,

            @Describe(value = "In use by clients that are not of the fleet", unit = "connections")
            int others,

            @Describe(
                    value = "Of the others, those whose kind this role may not see: it lacks pg_monitor",
                    unit = "connections")
            int othersOfUnknownKind) {

        static Overview of(FleetWatch watch) {
            String budget = watch.budget().word();
            return watch.latest()
                    .map(fleet -> of(budget, watch.problem(), fleet))
                    .orElseGet(() -> new Overview(budget, "", watch.problem(), true, 0, 0, 0, 0, 0, "", 0, 0, 0, 0));
        }

        private static Overview of(String budget, String problem, Fleet fleet) {
            Bound tightest = fleet.limits().tightest();
            return new Overview(
                    budget,
                    Text.time(fleet.takenAt()),
                    problem,
                    fleet.fits(),
                    fleet.processes(),
                    fleet.committed(),
                    fleet.open(),
                    fleet.limits().room(),
                    fleet.headroom(),
                    tightest.kind().words(),
                    fleet.limits().maxConnections().value(),
                    fleet.limits().superuserReserved() + fleet.limits().reserved(),
                    fleet.limits().seen().map(Seen::others).orElse(0),
                    fleet.limits().seen().map(Seen::hidden).orElse(0));
        }
    }

    @Describe("The processes of one name, usually one")
    record Row(
            @Key @Describe("The name, as --instance gives it")
            String instance,

            @Describe(value = "How many have it", unit = "processes")
            int processes,

            @Describe(value = "How many more have it and have not decided yet whether they fit", unit = "processes")
            int undecided,

            @Describe("pool_size and max_overflow as they announce them: 5+5")
            String pools,

            @Describe(
                    value = "The most that they may have open, the connections that watch included",
                    unit = "connections")
            int share,

            @Describe(value = "What they have open, those included", unit = "connections")
            int open) {
        static Row of(Member member) {
            return new Row(
                    member.instance(),
                    member.processes(),
                    member.undecided(),
                    member.pools(),
                    member.share(),
                    member.open());
        }
    }

    FleetBean(FleetWatch watch) {
        this.watch = watch;
    }

    @Describe("The fleet as a whole")
    @Singly
    public Overview getOverview() {
        return Overview.of(watch);
    }

    @Describe("The fleet by the names of its processes")
    public Table<Row> getMembers() {
        return new Table<>(watch.latest().map(Fleet::members).orElse(List.of()).stream()
                .map(Row::of)
                .toList());
    }
}
