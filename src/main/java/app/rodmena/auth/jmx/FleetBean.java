package app.rodmena.auth.jmx;

import app.rodmena.auth.capacity.Fleet;
import app.rodmena.auth.capacity.Fleet.FleetMember;
import app.rodmena.auth.capacity.FleetWatch;
import app.rodmena.auth.capacity.FleetWatch.FleetReading;
import app.rodmena.auth.jmx.mapping.Table;
import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.Flatten;
import java.util.List;

@Description(
        "All processes of this server on the database: their maximum connections, and whether PostgreSQL allows them")
final class FleetBean {
    private final FleetWatch watch;

    FleetBean(FleetWatch watch) {
        this.watch = watch;
    }

    @Description("The fleet as a whole")
    @Flatten
    public FleetReading getOverview() {
        return watch.reading();
    }

    @Description("The fleet by instance name")
    public Table<FleetMember> getMembers() {
        return new Table<>(watch.latest().map(Fleet::members).orElse(List.of()));
    }
}
