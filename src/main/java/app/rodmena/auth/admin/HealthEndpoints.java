package app.rodmena.auth.admin;

import app.rodmena.auth.http.ApiJson;
import app.rodmena.auth.metrics.health.DatabaseHealth;
import app.rodmena.auth.metrics.health.Health;
import app.rodmena.auth.metrics.health.HealthReport;

/** The health endpoints of the API with identical responses, without login, for probes. */
final class HealthEndpoints {
    private final Health health;

    HealthEndpoints(Health health) {
        this.health = health;
    }

    void addTo(AdminRoutes routes) {
        routes.open("/health", request -> reply(health.database()));
        routes.open("/health/live", request -> reply(health.live()));
        routes.open("/health/ready", request -> reply(health.ready()));
        routes.open("/health/started", request -> reply(health.started()));
    }

    private static Reply reply(DatabaseHealth report) {
        return reply(report.healthy(), report);
    }

    private static Reply reply(HealthReport report) {
        return reply(report.up(), report);
    }

    private static Reply reply(boolean up, Object report) {
        return Reply.of(up ? 200 : 503, Reply.JSON, ApiJson.bytes(report));
    }
}
