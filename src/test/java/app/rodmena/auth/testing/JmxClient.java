package app.rodmena.auth.testing;

import java.io.IOException;
import java.io.Serializable;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.rmi.server.RMIClientSocketFactory;
import java.rmi.server.RMIServerSocketFactory;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXAuthenticator;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorServer;
import javax.management.remote.JMXConnectorServerFactory;
import javax.management.remote.JMXPrincipal;
import javax.management.remote.JMXServiceURL;
import javax.management.remote.rmi.RMIConnectorServer;
import javax.security.auth.Subject;

/** A client of this JVM's MBeans over a real loopback connection, so that all values are serialised. */
public final class JmxClient implements AutoCloseable {
    private final JMXConnectorServer server;
    private final JMXConnector connector;

    /** @param user the operator of the session */
    public JmxClient(String user) throws IOException {
        JMXAuthenticator everybody =
                credentials -> new Subject(true, Set.of(new JMXPrincipal(user)), Set.of(), Set.of());
        server = JMXConnectorServerFactory.newJMXConnectorServer(
                new JMXServiceURL("rmi", "127.0.0.1", 0),
                Map.of(
                        JMXConnectorServer.AUTHENTICATOR,
                        everybody,
                        RMIConnectorServer.RMI_SERVER_SOCKET_FACTORY_ATTRIBUTE,
                        new Loopback(),
                        RMIConnectorServer.RMI_CLIENT_SOCKET_FACTORY_ATTRIBUTE,
                        new Loopback()),
                ManagementFactory.getPlatformMBeanServer());
        server.start();
        connector = server.toJMXConnector(Map.of());
        connector.connect();
    }

    public MBeanServerConnection connection() throws IOException {
        return connector.getMBeanServerConnection();
    }

    /** Reads an attribute of a bean of the server, for example of {@code type=Pool,name=auth}. */
    public Object get(String bean, String attribute) throws IOException, JMException {
        return connection().getAttribute(name(bean), attribute);
    }

    /** Invokes an operation of a bean of the server. */
    public Object invoke(String bean, String operation, Object... arguments) throws IOException, JMException {
        return connection().invoke(name(bean), operation, arguments, new String[arguments.length]);
    }

    /** The names of all beans of a domain. */
    public static Set<ObjectName> names(String domain) throws JMException {
        return new TreeSet<>(
                ManagementFactory.getPlatformMBeanServer().queryNames(new ObjectName(domain + ":*"), null));
    }

    public static ObjectName name(String bean) throws JMException {
        return new ObjectName("app.rodmena.auth:" + bean);
    }

    @Override
    public void close() throws IOException {
        connector.close();
        server.stop();
    }

    private static final class Loopback implements RMIServerSocketFactory, RMIClientSocketFactory, Serializable {
        private static final long serialVersionUID = 1;

        @Override
        public ServerSocket createServerSocket(int port) throws IOException {
            return new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
        }

        @Override
        public Socket createSocket(String host, int port) throws IOException {
            return new Socket(InetAddress.getLoopbackAddress(), port);
        }
    }
}
