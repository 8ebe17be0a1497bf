package app.rodmena.auth.admin;

import app.rodmena.auth.capacity.Fleet;
import app.rodmena.auth.capacity.FleetWatch;
import app.rodmena.auth.views.FleetRow;
import app.rodmena.auth.views.MemberRow;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;

/** The fleet: all instances of this server, and whether PostgreSQL allows the connections that they may open. */
final class FleetEndpoints {
    private final FleetWatch watch;

    private record Shown(String sentence, @JsonUnwrapped FleetRow fleet, List<Instance> instances) {}

    private record Instance(boolean self, @JsonUnwrapped MemberRow member) {}

    private final String self;

    FleetEndpoints(FleetWatch watch, String self) {
        this.watch = watch;
        this.self = self;
    }

    void addTo(AdminRoutes pages) {
        pages.read("/fleet", asked -> Reply.json(shown()));
    }

    private Shown shown() {
        return new Shown(
                watch.latest().map(Fleet::toText).orElse("The fleet was not seen yet: " + watch.problem()),
                FleetRow.of(watch),
                watch.latest().map(Fleet::members).orElse(List.of()).stream()
                        .map(member -> new Instance(member.instance().equals(self), MemberRow.of(member)))
                        .toList());
    }
}
