package app.rodmena.auth.admin;

import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.health.Health;
import app.rodmena.auth.metrics.Metrics;
import app.rodmena.auth.operators.Keystore;
import app.rodmena.auth.operators.Operators;
import app.rodmena.auth.operators.RemoteConfig;
import app.rodmena.auth.wire.HttpPort;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * The admin listener on its port: what the pool and the server tell and do, over HTTP, for people, dashboards and
 * scrapers. Thread-safe. It has threads of its own, takes no connection of the pool's, and so answers when nothing else
 * does.
 */
public final class AdminListener implements AutoCloseable {
    private static final HttpPort.Limits LIMITS =
            new HttpPort.Limits(500, 16 * 1024, Duration.ofSeconds(5), Duration.ofSeconds(30), 1, 4);

    private final HttpPort port;

    private AdminListener(HttpPort port) {
        this.port = port;
    }

    /**
     * Listens, if it is to, and answers from now on.
     *
     * @param operators who may log in; open for as long as this is, as are all that follow
     * @throws IOException if the address can't be had; the message names it
     */
    public static Optional<AdminListener> start(
            RemoteConfig config,
            Operators operators,
            AdminFacts server,
            DatabaseEngine engine,
            Metrics metrics,
            Health health)
            throws IOException {
        if (config.adminPort().isEmpty()) {
            return Optional.empty();
        }
        Pages pages = new Pages();
        new HealthPages(health).addTo(pages);
        new PoolPages(server, engine, metrics).addTo(pages);
        new Changes(engine).addTo(pages);
        pages.read("/", asked -> Reply.json(Map.of("paths", pages.paths())));
        AdminGate gate = new AdminGate(pages, config.hostNames(), LIMITS.maxHeaderBytes());
        HttpPort port = new HttpPort(
                "auth-admin",
                config.host(),
                config.adminPort().getAsInt(),
                config.keystore().map(Keystore::context),
                LIMITS,
                new AdminHandler(gate, operators));
        port.open();
        return Optional.of(new AdminListener(port));
    }

    /** The address that is really listened on. */
    public InetSocketAddress address() {
        return port.address();
    }

    /** Cuts every connection, and returns with no thread or socket left. */
    @Override
    public void close() {
        port.close();
    }
}
