package app.rodmena.auth.views;

import app.rodmena.auth.capacity.ConnectionLimit;
import app.rodmena.auth.capacity.ConnectionLimits.QueriedServer;
import app.rodmena.auth.capacity.Fleet;
import app.rodmena.auth.capacity.FleetWatch;
import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.WireFormat;

@Description("The fleet as read from pg_stat_activity, a few seconds old; all numbers are 0 before the first reading")
public record FleetRow(
        @Description("Policy if the fleet exceeds its limit: warn, refuse or off")
        String budget,

        @Description("Time of the reading, in UTC, for example 2026-11-23T15:34:52.118Z; empty before the first one")
        String takenAt,

        @Description("Why the last reading failed; empty if it succeeded")
        String problem,

        @Description("Whether PostgreSQL allows all connections that the processes are configured for")
        boolean fits,

        @Description(value = "Processes in the fleet", unit = "processes")
        int processes,

        @Description(value = "Sum of the maxima of all processes", unit = "connections")
        int committed,

        @Description(value = "Connections that all processes have open", unit = "connections")
        int open,

        @Description(value = "Connections that PostgreSQL allows the fleet", unit = "connections")
        int room,

        @Description(
                value = "room - committed: connections that stay free; negative if connections are missing",
                unit = "connections")
        int headroom,

        @Description("The tightest limit: max_connections, or the limit of the role or the database")
        String tightest,

        @Description(value = "max_connections of PostgreSQL", unit = "connections")
        int maxConnections,

        @Description(
                value = "Of these, reserved for superusers and for roles with pg_use_reserved_connections",
                unit = "connections")
        int reserved,

        @Description(value = "In use by other applications", unit = "connections")
        int others,

        @Description(
                value = "Of the others, those whose kind is hidden from this role, which lacks pg_monitor",
                unit = "connections")
        int othersOfUnknownKind,

        @Description(
                value = "Sum of the maxima of servers with another role or database that count towards the tightest"
                        + " limit",
                unit = "connections")
        int otherFleets) {

    public static FleetRow of(FleetWatch watch) {
        String budget = watch.budget().settingValue();
        return watch.latest()
                .map(fleet -> of(budget, watch.problem(), fleet))
                .orElseGet(() -> new FleetRow(budget, "", watch.problem(), true, 0, 0, 0, 0, 0, "", 0, 0, 0, 0, 0));
    }

    private static FleetRow of(String budget, String problem, Fleet fleet) {
        ConnectionLimit tightest = fleet.limits().tightest();
        return new FleetRow(
                budget,
                WireFormat.time(fleet.takenAt()),
                problem,
                fleet.fits(),
                fleet.processes(),
                fleet.committed(),
                fleet.open(),
                fleet.limits().room(),
                fleet.headroom(),
                tightest.kind().label(),
                fleet.limits().maxConnections().value(),
                fleet.limits().superuserReserved() + fleet.limits().reserved(),
                fleet.limits().server().map(QueriedServer::others).orElse(0),
                fleet.limits().server().map(QueriedServer::hidden).orElse(0),
                tightest.otherFleets());
    }
}
