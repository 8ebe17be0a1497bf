package app.rodmena.auth.admin;

import app.rodmena.auth.core.Core;
import app.rodmena.auth.core.ServerInfo;
import app.rodmena.auth.http.ApiJson;
import app.rodmena.auth.http.DescriptorLimit;
import app.rodmena.auth.http.HttpPort;
import app.rodmena.auth.http.Response;
import app.rodmena.auth.metrics.health.Health;
import app.rodmena.auth.metrics.health.Health.DatabaseHealth;
import app.rodmena.auth.metrics.health.Health.HealthReport;
import app.rodmena.auth.metrics.prometheus.PrometheusExporter;
import app.rodmena.auth.security.Keystore;
import app.rodmena.auth.security.Operators;
import app.rodmena.auth.security.RemoteConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The admin listener: state of the pool and the server, and actions on them, over HTTP, for operators, dashboards and
 * scrapers. Has its own threads and takes no connection from the pool, so that it responds even if the API does not.
 * Thread-safe.
 */
public final class AdminListener implements AutoCloseable {
    static final HttpPort.Limits LIMITS = new HttpPort.Limits(
            DescriptorLimit.operatorConnections(),
            16 * 1024,
            0,
            Duration.ofSeconds(5),
            Duration.ofSeconds(30),
            128 * 1024,
            1,
            4);

    private final HttpPort port;
    private final AdminHandler handler;
    private final EventStream stream;

    private AdminListener(HttpPort port, AdminHandler handler, EventStream stream) {
        this.port = port;
        this.handler = handler;
        this.stream = stream;
    }

    /**
     * Starts the listener.
     *
     * @param operators the accounts that may log in; this and all following arguments must stay open until the listener
     *     is closed
     * @return the listener; empty if no admin port is configured
     * @throws IOException if the address is not available; the message names it
     */
    public static Optional<AdminListener> start(
            RemoteConfig config,
            Operators operators,
            ServerInfo server,
            Core core,
            Health health,
            PrometheusExporter prometheus)
            throws IOException {
        if (config.adminPort().isEmpty()) {
            return Optional.empty();
        }
        AdminRoutes routes = new AdminRoutes();
        addHealth(routes, "/health", health::database, DatabaseHealth::healthy);
        addHealth(routes, "/health/live", health::live, HealthReport::up);
        addHealth(routes, "/health/ready", health::ready, HealthReport::up);
        addHealth(routes, "/health/started", health::started, HealthReport::up);
        new PoolEndpoints(server, core.engine(), core.metrics()).addTo(routes);
        new DiagnosisEndpoints(core).addTo(routes);
        new PoolActions(core.engine()).addTo(routes);
        routes.read("/metrics", request -> {
            String type = request.preferredOf(PrometheusExporter.TEXT, PrometheusExporter.OPEN_METRICS);
            return Response.of(200, type, prometheus.scrape(type));
        });
        new CapacityEndpoints(core, server.instance()).addTo(routes);
        new DashboardAssets().addTo(routes);
        EventStream stream = new EventStream(core, operators);
        stream.addTo(routes);
        AdminHandler handler = new AdminHandler(routes, config.originCheck(), LIMITS.maxHeaderBytes(), operators);
        try {
            HttpPort port = new HttpPort(
                    "auth-admin",
                    config.host(),
                    config.adminPort().getAsInt(),
                    config.keystore().map(Keystore::context),
                    LIMITS,
                    handler);
            port.open();
            return Optional.of(new AdminListener(port, handler, stream));
        } catch (IOException e) {
            handler.close();
            stream.close();
            throw e;
        }
    }

    private static <T> void addHealth(AdminRoutes routes, String path, Supplier<T> check, Predicate<T> isUp) {
        routes.open(path, request -> {
            T report = check.get();
            return Response.json(isUp.test(report) ? 200 : 503, ApiJson.bytes(report));
        });
    }

    public InetSocketAddress address() {
        return port.address();
    }

    @Override
    public void close() {
        stream.close();
        handler.close();
        port.close();
    }
}
