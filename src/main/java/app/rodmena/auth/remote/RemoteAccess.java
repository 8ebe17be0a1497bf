package app.rodmena.auth.remote;

import app.rodmena.auth.operators.Keystore;
import app.rodmena.auth.operators.Operators;
import app.rodmena.auth.operators.RemoteConfig;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import javax.management.MBeanServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The doors through which operators reach this JVM's MBeans: Jolokia and remote JMX. Thread-safe. */
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
     * Opens the doors there are to be.
     *
     * @param operators who may log in; open for as long as this is
     * @throws IOException if an address can't be had; the message names it
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
        MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
        if (config.jolokiaPort().isPresent()) {
            int port = config.jolokiaPort().getAsInt();
            JolokiaAgent agent = JolokiaAgent.start(config, port, operators, beans);
            parts.push(agent);
            jolokia = Optional.of(agent);
        }
        if (config.jmxPort().isPresent()) {
            int port = config.jmxPort().getAsInt();
            RemoteJmx connector =
                    RemoteJmx.start(config.host(), port, config.keystore().map(Keystore::context), operators, beans);
            parts.push(connector);
            jmx = Optional.of(connector);
        }
    }

    /** Where Jolokia really listens, if it does. */
    public Optional<InetSocketAddress> jolokia() {
        return jolokia.map(JolokiaAgent::address);
    }

    /** Where remote JMX really listens, if it does. */
    public Optional<InetSocketAddress> jmx() {
        return jmx.map(RemoteJmx::address);
    }

    /** Shuts the doors on whoever is in them. Again does nothing. */
    @Override
    public synchronized void close() {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                LOG.error("A door for operators could not be shut; the others are", e);
            }
        }
    }
}
