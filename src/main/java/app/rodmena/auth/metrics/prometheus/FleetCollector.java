package app.rodmena.auth.metrics.prometheus;

import app.rodmena.auth.capacity.Fleet;
import app.rodmena.auth.capacity.FleetWatch;
import io.prometheus.metrics.model.snapshots.Labels;

/** Metrics of the fleet and its connection budget. */
final class FleetCollector {
    private final FleetWatch watch;
    private final Labels common;

    FleetCollector(FleetWatch watch, Labels common) {
        this.watch = watch;
        this.common = common;
    }

    void addTo(ScrapeBuilder scrape) {
        watch.latest().ifPresent(fleet -> fleet(scrape, fleet));
    }

    private void fleet(ScrapeBuilder scrape, Fleet fleet) {
        scrape.gauge("auth_pool_fleet_instances", "Processes in the fleet", common, fleet.processes());
        scrape.gauge("auth_pool_fleet_connections", "Open connections of the fleet", common, fleet.open());
        scrape.gauge("auth_pool_fleet_committed", "Maximum connections of the fleet", common, fleet.committed());
        scrape.gauge(
                "auth_pool_fleet_budget",
                "Connections that PostgreSQL allows the fleet: its tightest limit minus reserved and other connections",
                common,
                fleet.limits().tightest().room());
    }
}
