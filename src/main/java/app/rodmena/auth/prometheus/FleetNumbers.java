package app.rodmena.auth.prometheus;

import app.rodmena.auth.capacity.Fleet;
import app.rodmena.auth.capacity.FleetWatch;
import io.prometheus.metrics.model.snapshots.Labels;

/** All processes like this one, and whether PostgreSQL has room for them. */
final class FleetNumbers {
    private final FleetWatch watch;
    private final Labels common;

    FleetNumbers(FleetWatch watch, Labels common) {
        this.watch = watch;
        this.common = common;
    }

    void addTo(Gathering gathering) {
        watch.latest().ifPresent(fleet -> fleet(gathering, fleet));
    }

    private void fleet(Gathering gathering, Fleet fleet) {
        gathering.gauge("auth_pool_fleet_instances", "Processes like this one", common, fleet.processes());
        gathering.gauge("auth_pool_fleet_connections", "Connections all have open", common, fleet.open());
        gathering.gauge(
                "auth_pool_fleet_committed", "Connections all may have together at most", common, fleet.committed());
        gathering.gauge(
                "auth_pool_fleet_budget",
                "Connections PostgreSQL has for them: its tightest limit without what is reserved and what others use",
                common,
                fleet.limits().tightest().room());
    }
}
