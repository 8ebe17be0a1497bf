package app.rodmena.auth.admin;

import app.rodmena.auth.health.DatabaseHealth;
import app.rodmena.auth.health.Health;
import app.rodmena.auth.health.HealthReport;
import app.rodmena.auth.wire.WireJson;

/** Health, byte for byte the same as on the API; without login, for probes. */
final class HealthEndpoints {
    private final Health health;

    HealthEndpoints(Health health) {
        this.health = health;
    }

    void addTo(AdminRoutes pages) {
        pages.open("/health", asked -> told(health.database()));
        pages.open("/health/live", asked -> told(health.live()));
        pages.open("/health/ready", asked -> told(health.ready()));
        pages.open("/health/started", asked -> told(health.started()));
    }

    private static Reply told(DatabaseHealth report) {
        return told(report.healthy(), report);
    }

    private static Reply told(HealthReport report) {
        return told(report.up(), report);
    }

    private static Reply told(boolean well, Object report) {
        return Reply.of(well ? 200 : 503, Reply.JSON, WireJson.bytes(report));
    }
}
