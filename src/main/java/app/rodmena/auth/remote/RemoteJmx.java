package app.rodmena.auth.remote;

import app.rodmena.auth.operators.Caller;
import app.rodmena.auth.operators.Operators;
import app.rodmena.auth.operators.Role;
import app.rodmena.auth.operators.TooManyTries;
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
 * Remote JMX: registry and server on one port of one address, for JConsole and its like at {@code host:port}. What the
 * JVM's own {@code com.sun.management.jmxremote} flags start would listen on another port too, on every address.
 * Thread-safe.
 *
 * <p>RMI tells clients one address for the whole JVM, {@code java.rmi.server.hostname}: it is set to the one listened
 * on unless it is set already.
 */
final class RemoteJmx implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("auth.remote");
    private static final String NAME = "jmxrmi";
    private static final String ADVERTISED = "java.rmi.server.hostname";

    /** What a login may be made of. */
    private static final String CREDENTIALS = "maxdepth=3;maxarray=2;maxbytes=10000;java.lang.String;!*";

    /** What names, values, queries and filters are made of; nothing that does something when it is read. */
    private static final String ARGUMENTS = "maxdepth=30;maxarray=100000;maxrefs=100000;maxbytes=10000000;"
            + "!javax.management.BadAttributeValueExpException;"
            + "java.lang.*;java.math.BigInteger;java.math.BigDecimal;java.util.*;"
            + "javax.management.*;javax.management.openmbean.*;javax.management.relation.MBeanServerNotificationFilter;"
            + "javax.management.remote.NotificationResult;java.rmi.MarshalledObject;java.rmi.dgc.*;java.rmi.server.*;"
            + "javax.security.auth.Subject;!*";

    private final RmiSockets sockets;
    private final Registry registry;
    private final JMXConnectorServer connector;

    private RemoteJmx(RmiSockets sockets, Registry registry, JMXConnectorServer connector) {
        this.sockets = sockets;
        this.registry = registry;
        this.connector = connector;
    }

    /**
     * Listens, and answers from now on.
     *
     * @throws IOException if the address can't be had; the message names it
     */
    static RemoteJmx start(String host, int port, Optional<SSLContext> tls, Operators operators, MBeanServer beans)
            throws IOException {
        InetAddress address = InetAddress.getByName(host);
        if (System.getProperty(ADVERTISED) == null) {
            InetAddress advertised = address.isAnyLocalAddress() ? InetAddress.getLocalHost() : address;
            System.setProperty(ADVERTISED, advertised.getHostAddress());
        }
        RmiSockets sockets = new RmiSockets(address, tls);
        RMIClientSocketFactory clients = tls.isPresent() ? new SslRMIClientSocketFactory() : null;
        Registry registry;
        try {
            registry = LocateRegistry.createRegistry(port, clients, sockets);
        } catch (IOException e) {
            throw new IOException("can't listen on %s:%s for JMX: %s".formatted(host, port, reason(e)), e);
        }
        Map<String, ?> environment = Map.of(
                JMXConnectorServer.AUTHENTICATOR, login(operators),
                RMIConnectorServer.CREDENTIALS_FILTER_PATTERN, CREDENTIALS,
                RMIConnectorServer.SERIAL_FILTER_PATTERN, ARGUMENTS);
        Access access = new Access(beans, operators);
        Server server = new Server(sockets.listeningOn().getPort(), clients, sockets, environment, access);
        JMXConnectorServer connector = new RMIConnectorServer(
                new JMXServiceURL("service:jmx:rmi:///"), environment, server, access.ofNobody());
        RemoteJmx jmx = new RemoteJmx(sockets, registry, connector);
        try {
            connector.start();
            registry.rebind(NAME, server.toStub());
        } catch (IOException e) {
            jmx.close();
            throw e;
        }
        return jmx;
    }

    /** The address that is really listened on. */
    InetSocketAddress address() {
        return sockets.listeningOn();
    }

    /** Ends every connection, and stops listening. */
    @Override
    public void close() throws IOException {
        try (sockets) {
            registry.unbind(NAME);
            connector.stop();
        } catch (NotBoundException e) {
            LOG.debug("There was nothing to unbind", e);
        } finally {
            UnicastRemoteObject.unexportObject(registry, true);
        }
    }

    private static String reason(IOException e) {
        return e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
    }

    private static JMXAuthenticator login(Operators operators) {
        return credentials -> {
            String address = clientAddress();
            boolean areComplete =
                    credentials instanceof String[] pair && pair.length == 2 && pair[0] != null && pair[1] != null;
            String[] pair = areComplete ? (String[]) credentials : new String[] {"", ""};
            Caller caller = known(operators, pair[0], pair[1], address)
                    .orElseThrow(() -> new SecurityException("Wrong name or password"));
            return new Subject(true, Set.of(new CallerPrincipal(caller)), Set.of(), Set.of());
        };
    }

    /** On the connection's own thread, which has nothing else to do. */
    private static Optional<Caller> known(Operators operators, String name, String password, String address) {
        try {
            return operators.login(name, password, address).join();
        } catch (CompletionException e) {
            // In a class that the client has, and the only one that JMX has for a login that did not work
            if (e.getCause() instanceof TooManyTries tooMany) {
                throw new SecurityException(tooMany.getMessage());
            }
            LOG.error("Nobody knows whether somebody from {} may log in", address, e);
            throw new SecurityException("Nobody can log in now; the server's log tells more");
        }
    }

    private static String clientAddress() {
        try {
            return StrangerSocket.realAddress(RemoteServer.getClientHost());
        } catch (ServerNotActiveException e) {
            throw new SecurityException("Only for clients", e);
        }
    }

    /** What every connection reaches, and who may. */
    private record Access(MBeanServer beans, Operators operators) {
        MBeanServer of(Caller caller) {
            return Guard.before(beans, () -> {
                if (!operators.holds(caller)) {
                    throw new SecurityException(caller.name() + " is no operator of this server any more");
                }
                return caller;
            });
        }

        /** For what the connector does on nobody's behalf. */
        MBeanServer ofNobody() {
            Caller connector = new Caller("the connector", Role.MONITOR, "here");
            return Guard.before(beans, () -> connector);
        }
    }

    /**
     * Gives each connection a guard of its own, that knows who is at the other end. (Asking for the thread's Subject at
     * each call would be the usual way, had Java 18 not replaced the one method for it and Java 24 disabled it.)
     */
    private static final class Server extends RMIJRMPServerImpl {
        private final Access access;

        Server(int port, RMIClientSocketFactory clients, RmiSockets sockets, Map<String, ?> environment, Access access)
                throws IOException {
            super(port, clients, sockets, environment);
            this.access = access;
        }

        @Override
        protected RMIConnection makeClient(String connectionId, Subject subject) throws IOException {
            Caller caller = subject.getPrincipals(CallerPrincipal.class)
                    .iterator()
                    .next()
                    .caller();
            synchronized (this) {
                // A connection takes the server's MBean server when it is made
                MBeanServer before = getMBeanServer();
                setMBeanServer(access.of(caller));
                try {
                    return super.makeClient(connectionId, null);
                } finally {
                    setMBeanServer(before);
                }
            }
        }
    }
}
