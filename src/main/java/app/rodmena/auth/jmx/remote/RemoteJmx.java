package app.rodmena.auth.jmx.remote;

import app.rodmena.auth.security.Keystore;
import app.rodmena.auth.security.OperatorRole;
import app.rodmena.auth.security.OperatorSession;
import app.rodmena.auth.security.Operators;
import app.rodmena.auth.security.Operators.TooManyLoginAttemptsException;
import app.rodmena.auth.security.RemoteConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.rmi.NotBoundException;
import java.rmi.registry.LocateRegistry;
import java.rmi.registry.Registry;
import java.rmi.server.RMIClientSocketFactory;
import java.rmi.server.RemoteServer;
import java.rmi.server.ServerNotActiveException;
import java.rmi.server.UnicastRemoteObject;
import java.security.Principal;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import javax.management.MBeanServer;
import javax.management.remote.JMXAuthenticator;
import javax.management.remote.JMXConnectorServer;
import javax.management.remote.JMXServiceURL;
import javax.management.remote.rmi.RMIConnection;
import javax.management.remote.rmi.RMIConnectorServer;
import javax.management.remote.rmi.RMIJRMPServerImpl;
import javax.net.ssl.SSLContext;
import javax.rmi.ssl.SslRMIClientSocketFactory;
import javax.security.auth.Subject;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remote JMX: RMI registry and connector on one port of one address; clients such as JConsole connect to
 * {@code host:port}. The agent behind the JVM's {@code com.sun.management.jmxremote} flags would listen on a second
 * port, and on all addresses. Thread-safe.
 *
 * <p>RMI advertises one address for the whole JVM, {@code java.rmi.server.hostname}. This class sets it to the
 * listening address, unless it is set already.
 */
public final class RemoteJmx implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("auth.remote");
    private static final String REGISTRY_NAME = "jmxrmi";
    private static final String ADVERTISED_HOST_PROPERTY = "java.rmi.server.hostname";

    /** The deserialization filter for credentials. */
    private static final String CREDENTIALS_FILTER = "maxdepth=3;maxarray=2;maxbytes=10000;java.lang.String;!*";

    /** The deserialization filter for names, values, queries and filters; it permits no class with side effects. */
    private static final String ARGUMENTS_FILTER = "maxdepth=30;maxarray=100000;maxrefs=100000;maxbytes=10000000;"
            + "!javax.management.BadAttributeValueExpException;"
            + "java.lang.*;java.math.BigInteger;java.math.BigDecimal;java.util.*;"
            + "javax.management.*;javax.management.openmbean.*;javax.management.relation.MBeanServerNotificationFilter;"
            + "javax.management.remote.NotificationResult;java.rmi.MarshalledObject;java.rmi.dgc.*;java.rmi.server.*;"
            + "javax.security.auth.Subject;!*";

    /** For calls of the connector itself. */
    private static final OperatorSession CONNECTOR_SESSION =
            new OperatorSession("the connector", OperatorRole.MONITOR, "this process");

    private final RmiSocketFactory sockets;
    private final Registry registry;
    private final JMXConnectorServer connector;

    private RemoteJmx(RmiSocketFactory sockets, Registry registry, JMXConnectorServer connector) {
        this.sockets = sockets;
        this.registry = registry;
        this.connector = connector;
    }

    /**
     * Starts listening for clients of the MBeans of this JVM.
     *
     * @param operators the login service; the caller closes it after this object
     * @return the connector; empty if no port for it is configured
     * @throws IOException if the address is not available; the message names it
     */
    public static Optional<RemoteJmx> start(RemoteConfig config, Operators operators) throws IOException {
        if (config.jmxPort().isEmpty()) {
            return Optional.empty();
        }
        int port = config.jmxPort().getAsInt();
        Optional<SSLContext> tls = config.keystore().map(Keystore::context);
        InetAddress address = InetAddress.getByName(config.host());
        if (System.getProperty(ADVERTISED_HOST_PROPERTY) == null) {
            InetAddress advertised = address.isAnyLocalAddress() ? InetAddress.getLocalHost() : address;
            System.setProperty(ADVERTISED_HOST_PROPERTY, advertised.getHostAddress());
        }
        RmiSocketFactory sockets = new RmiSocketFactory(address, tls);
        RMIClientSocketFactory clientSockets = tls.isPresent() ? new SslRMIClientSocketFactory() : null;
        Registry registry;
        try {
            registry = LocateRegistry.createRegistry(port, clientSockets, sockets);
        } catch (IOException e) {
            throw new IOException("cannot listen on %s:%s for JMX: %s".formatted(config.host(), port, reason(e)), e);
        }
        Map<String, ?> environment = Map.of(
                JMXConnectorServer.AUTHENTICATOR, authenticator(operators),
                RMIConnectorServer.CREDENTIALS_FILTER_PATTERN, CREDENTIALS_FILTER,
                RMIConnectorServer.SERIAL_FILTER_PATTERN, ARGUMENTS_FILTER);
        RmiServer server =
                new RmiServer(sockets.boundAddress().getPort(), clientSockets, sockets, environment, operators);
        MBeanServer forConnector = GuardedMBeanServer.guard(() -> CONNECTOR_SESSION);
        JMXConnectorServer connector =
                new RMIConnectorServer(new JMXServiceURL("service:jmx:rmi:///"), environment, server, forConnector);
        RemoteJmx jmx = new RemoteJmx(sockets, registry, connector);
        try {
            connector.start();
            registry.rebind(REGISTRY_NAME, server.toStub());
        } catch (IOException e) {
            jmx.close();
            throw e;
        }
        return Optional.of(jmx);
    }

    public InetSocketAddress address() {
        return sockets.boundAddress();
    }

    @Override
    public void close() throws IOException {
        try (sockets) {
            registry.unbind(REGISTRY_NAME);
            connector.stop();
        } catch (NotBoundException e) {
            LOG.debug("The connector was not bound", e);
        } finally {
            UnicastRemoteObject.unexportObject(registry, true);
        }
    }

    private static String reason(IOException e) {
        return e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
    }

    private static JMXAuthenticator authenticator(Operators operators) {
        return credentials -> {
            String address = clientAddress();
            boolean isPair =
                    credentials instanceof String[] pair && pair.length == 2 && pair[0] != null && pair[1] != null;
            String[] pair = isPair ? (String[]) credentials : new String[] {"", ""};
            OperatorSession session = verify(operators, pair[0], pair[1], address)
                    .orElseThrow(() -> new SecurityException("Wrong name or password"));
            return new Subject(true, Set.of(new OperatorPrincipal(session)), Set.of(), Set.of());
        };
    }

    /** Blocks the connection's own thread until the login is verified. */
    private static Optional<OperatorSession> verify(Operators operators, String name, String password, String address) {
        try {
            return operators.login(name, password, address).join();
        } catch (CompletionException e) {
            // SecurityException: JMX defines it for failed logins, and every client has the class
            if (e.getCause() instanceof TooManyLoginAttemptsException tooMany) {
                throw new SecurityException(tooMany.getMessage());
            }
            LOG.error("The login of a client at {} could not be verified", address, e);
            throw new SecurityException("The login could not be verified; see the server's log");
        }
    }

    private static String clientAddress() {
        try {
            return RmiSocketFactory.NonLocalAddressSocket.realAddress(RemoteServer.getClientHost());
        } catch (ServerNotActiveException e) {
            throw new SecurityException("Logins are accepted from RMI clients only", e);
        }
    }

    /**
     * Gives each connection its own guarded MBean server with the operator's session. (The usual way, the current
     * thread's Subject, needs a method that Java 18 replaced and Java 24 disabled.)
     */
    private static final class RmiServer extends RMIJRMPServerImpl {
        private final Operators operators;

        RmiServer(
                int port,
                RMIClientSocketFactory clientSockets,
                RmiSocketFactory sockets,
                Map<String, ?> environment,
                Operators operators)
                throws IOException {
            super(port, clientSockets, sockets, environment);
            this.operators = operators;
        }

        @Override
        protected RMIConnection makeClient(String connectionId, Subject subject) throws IOException {
            OperatorSession session = subject.getPrincipals(OperatorPrincipal.class)
                    .iterator()
                    .next()
                    .session();
            synchronized (this) {
                // A new connection takes the current MBean server of the RMI server
                MBeanServer previous = getMBeanServer();
                setMBeanServer(GuardedMBeanServer.guard(() -> requireValid(session)));
                try {
                    return super.makeClient(connectionId, null);
                } finally {
                    setMBeanServer(previous);
                }
            }
        }

        private OperatorSession requireValid(OperatorSession session) {
            if (!operators.isValid(session)) {
                throw new SecurityException(session.name() + " is no longer an operator of this server");
            }
            return session;
        }
    }

    /** The operator session that JMX passes from the authenticator to the connection. */
    private record OperatorPrincipal(OperatorSession session) implements Principal {
        @Override
        public String getName() {
            return session.name();
        }
    }
}
