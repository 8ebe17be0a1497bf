package app.rodmena.auth.admin;

import app.rodmena.auth.capacity.Fleet;
import app.rodmena.auth.capacity.FleetMember;
import app.rodmena.auth.capacity.FleetReading;
import app.rodmena.auth.capacity.FleetWatch;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;

/** The fleet: all instances of this server, and whether PostgreSQL allows the connections that they may open. */
final class FleetEndpoints {
    private final FleetWatch watch;
    private final String ownInstance;

    private record FleetResponse(
            String sentence, @JsonUnwrapped FleetReading fleet, List<Instance> instances) {}

    private record Instance(boolean self, @JsonUnwrapped FleetMember member) {}

    FleetEndpoints(FleetWatch watch, String ownInstance) {
        this.watch = watch;
        this.ownInstance = ownInstance;
    }

    void addTo(AdminRoutes routes) {
        routes.read("/fleet", request -> AdminJson.response(fleet()));
    }

    private FleetResponse fleet() {
        return new FleetResponse(
                watch.latest().map(Fleet::toText).orElse("The fleet has not been read yet: " + watch.problem()),
                watch.reading(),
                watch.latest().map(Fleet::members).orElse(List.of()).stream()
                        .map(member -> new Instance(member.instance().equals(ownInstance), member))
                        .toList());
    }
}
