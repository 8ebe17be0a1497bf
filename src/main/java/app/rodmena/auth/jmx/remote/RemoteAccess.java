package app.rodmena.auth.jmx.remote;

import app.rodmena.auth.security.Keystore;
import app.rodmena.auth.security.Operators;
import app.rodmena.auth.security.RemoteConfig;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import javax.management.MBeanServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The ports through which operators access this JVM's MBeans: Jolokia and remote JMX. Thread-safe. */
public final class RemoteAccess implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("auth.remote");

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final RemoteConfig config;
    private Optional<JolokiaAgent> jolokia = Optional.empty();
    private Optional<RemoteJmx> jmx = Optional.empty();

    private RemoteAccess(RemoteConfig config) {
        this.config = config;
    }

    /**
     * Opens the configured ports.
     *
     * @param operators the login service; the caller closes it after this object
     * @throws IOException if an address is not available; the message names it
     */
    public static RemoteAccess start(RemoteConfig config, Operators operators) throws IOException {
        RemoteAccess access = new RemoteAccess(config);
        try {
            access.start(operators);
            return access;
        } catch (IOException | RuntimeException e) {
            access.close();
            throw e;
        }
    }

    private void start(Operators operators) throws IOException {
        MBeanServer mbeanServer = ManagementFactory.getPlatformMBeanServer();
        if (config.jolokiaPort().isPresent()) {
            int port = config.jolokiaPort().getAsInt();
            JolokiaAgent agent = JolokiaAgent.start(config, port, operators, mbeanServer);
            parts.push(agent);
            jolokia = Optional.of(agent);
        }
        if (config.jmxPort().isPresent()) {
            int port = config.jmxPort().getAsInt();
            RemoteJmx connector = RemoteJmx.start(
                    config.host(), port, config.keystore().map(Keystore::context), operators, mbeanServer);
            parts.push(connector);
            jmx = Optional.of(connector);
        }
    }

    /** The actual address of Jolokia, if enabled. */
    public Optional<InetSocketAddress> jolokiaAddress() {
        return jolokia.map(JolokiaAgent::address);
    }

    /** The actual address of remote JMX, if enabled. */
    public Optional<InetSocketAddress> jmxAddress() {
        return jmx.map(RemoteJmx::address);
    }

    /** Closes the ports and their connections. Idempotent. */
    @Override
    public synchronized void close() {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                LOG.error("Failed to close a port for operators; closing the others", e);
            }
        }
    }
}
