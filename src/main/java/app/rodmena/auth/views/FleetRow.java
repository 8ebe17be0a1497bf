package app.rodmena.auth.views;

import app.rodmena.auth.capacity.Bound;
import app.rodmena.auth.capacity.Fleet;
import app.rodmena.auth.capacity.FleetWatch;
import app.rodmena.auth.capacity.Limits.Seen;
import app.rodmena.auth.mbean.Describe;

@Describe("The fleet, as pg_stat_activity showed it a few seconds ago; all numbers are 0 until it was seen once")
public record FleetRow(
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

        @Describe(value = "In use by other applications", unit = "connections")
        int others,

        @Describe(
                value = "Of the others, those whose kind this role may not see: it lacks pg_monitor",
                unit = "connections")
        int othersOfUnknownKind,

        @Describe(
                value = "The most that servers with another role or database may open, as far as the tightest limit"
                        + " counts them",
                unit = "connections")
        int otherFleets) {

    public static FleetRow of(FleetWatch watch) {
        String budget = watch.budget().word();
        return watch.latest()
                .map(fleet -> of(budget, watch.problem(), fleet))
                .orElseGet(() -> new FleetRow(budget, "", watch.problem(), true, 0, 0, 0, 0, 0, "", 0, 0, 0, 0, 0));
    }

    private static FleetRow of(String budget, String problem, Fleet fleet) {
        Bound tightest = fleet.limits().tightest();
        return new FleetRow(
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
                fleet.limits().seen().map(Seen::hidden).orElse(0),
                tightest.otherFleets());
    }
}
