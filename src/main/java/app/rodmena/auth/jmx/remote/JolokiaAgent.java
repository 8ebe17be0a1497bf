package app.rodmena.auth.jmx.remote;

import app.rodmena.auth.common.DaemonThreads;
import app.rodmena.auth.http.DescriptorLimit;
import app.rodmena.auth.jmx.remote.JolokiaRequestHandler.JolokiaRestrictor;
import app.rodmena.auth.security.Keystore;
import app.rodmena.auth.security.OperatorRole;
import app.rodmena.auth.security.OperatorSession;
import app.rodmena.auth.security.Operators;
import app.rodmena.auth.security.RemoteConfig;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeSet;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import org.jolokia.core.api.LogHandler;
import org.jolokia.jvmagent.handler.JolokiaHttpHandler;
import org.jolokia.server.core.config.ConfigKey;
import org.jolokia.server.core.config.StaticConfiguration;
import org.jolokia.server.core.config.SystemPropertyMode;
import org.jolokia.server.core.service.JolokiaServiceManagerFactory;
import org.jolokia.server.core.service.api.JolokiaContext;
import org.jolokia.server.core.service.api.JolokiaServiceManager;
import org.jolokia.server.core.service.impl.ConfigRequestHandler;
import org.jolokia.server.core.service.notification.BackendCallback;
import org.jolokia.server.core.service.notification.Client;
import org.jolokia.server.core.service.notification.NotificationSubscription;
import org.jolokia.service.notif.pull.PullNotificationBackend;
import org.jolokia.service.notif.sse.SseNotificationBackend;
import org.jolokia.service.serializer.JolokiaSerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Jolokia's agent, with an explicit list of services, on an HTTP server that this class configures, behind
 * {@link JolokiaSecurityFilter} and {@link GuardedMBeanServer}. (Jolokia's own launcher loads all services on the class
 * path, reads settings from the environment, and lets any client change its configuration.) Thread-safe.
 */
public final class JolokiaAgent implements AutoCloseable {
    /** The domain of Jolokia's own MBeans. */
    static final String DOMAIN = "jolokia";

    private static final int BACKLOG = 200;
    private static final int MAX_THREADS = 500;
    private static final String AGENT_ID = "auth";

    private static final OperatorSession AGENT_SESSION =
            new OperatorSession("the agent", OperatorRole.MONITOR, "this process");

    private final HttpServer server;
    private final ThreadPoolExecutor threads;
    private final JolokiaServiceManager services;

    private JolokiaAgent(HttpServer server, ThreadPoolExecutor threads, JolokiaServiceManager services) {
        this.server = server;
        this.threads = threads;
        this.services = services;
    }

    /**
     * Starts listening for requests to the MBeans of this JVM.
     *
     * @param operators the login service; the caller closes it after this object
     * @return the agent; empty if no port for it is configured
     * @throws IOException if the address is not available; the message names it
     */
    public static Optional<JolokiaAgent> start(RemoteConfig config, Operators operators) throws IOException {
        if (config.jolokiaPort().isEmpty()) {
            return Optional.empty();
        }
        setServerLimits();
        int port = config.jolokiaPort().getAsInt();
        HttpServer server =
                listen(new InetSocketAddress(InetAddress.getByName(config.host()), port), config.keystore());
        JolokiaServiceManager services = createServiceManager();
        JolokiaContext context = services.start();
        // One handler per request: JolokiaHttpHandler is not thread-safe
        server.createContext(
                "/jolokia",
                new JolokiaSecurityFilter(
                        config.originCheck(), operators, exchange -> new JolokiaHttpHandler(context).handle(exchange)));
        // Bounded, and large enough that slow clients do not occupy all threads.
        ThreadPoolExecutor threads =
                DaemonThreads.pool(MAX_THREADS, new LinkedBlockingQueue<>(), DaemonThreads.numbered("auth-jolokia"));
        server.setExecutor(threads);
        server.start();
        return Optional.of(new JolokiaAgent(server, threads, services));
    }

    public InetSocketAddress address() {
        return server.getAddress();
    }

    @Override
    public void close() {
        server.stop(0);
        services.stop();
        threads.shutdownNow();
    }

    /**
     * The JDK's HTTP server reads its limits from system properties, once. Without nodelay, each request on a
     * kept-alive connection waits 40 ms for an ACK; without a time limit, a client that sends half a request keeps a
     * thread; without a connection limit, idle clients use up all file descriptors.
     */
    private static void setServerLimits() {
        Properties properties = System.getProperties();
        properties.putIfAbsent("sun.net.httpserver.nodelay", "true");
        properties.putIfAbsent("sun.net.httpserver.maxReqTime", "3");
        int maxConnections = DescriptorLimit.operatorConnections();
        properties.putIfAbsent("jdk.httpserver.maxConnections", Integer.toString(maxConnections));
    }

    private static HttpServer listen(InetSocketAddress address, Optional<Keystore> keystore) throws IOException {
        try {
            if (keystore.isEmpty()) {
                return HttpServer.create(address, BACKLOG);
            }
            HttpsServer server = HttpsServer.create(address, BACKLOG);
            server.setHttpsConfigurator(new HttpsConfigurator(keystore.get().context()));
            return server;
        } catch (IOException e) {
            throw new IOException(
                    "cannot listen on %s:%s for Jolokia: %s"
                            .formatted(address.getHostString(), address.getPort(), e.getMessage()),
                    e);
        }
    }

    private static JolokiaServiceManager createServiceManager() {
        Map<String, String> settings = Map.of(
                ConfigKey.AGENT_ID.getKeyValue(), freeAgentId(),
                ConfigKey.AGENT_CONTEXT.getKeyValue(), "/jolokia",
                ConfigKey.DISCOVERY_ENABLED.getKeyValue(), "false",
                ConfigKey.DISABLE_DETECTORS.getKeyValue(), "true",
                ConfigKey.ALLOW_ERROR_DETAILS.getKeyValue(), "false",
                ConfigKey.DISABLED_SERVICES.getKeyValue(), ConfigRequestHandler.class.getName());
        JolokiaServiceManager services = JolokiaServiceManagerFactory.createJolokiaServiceManager(
                new StaticConfiguration(settings, null, SystemPropertyMode.NEVER),
                new JolokiaLog(),
                new JolokiaRestrictor(),
                log -> new TreeSet<>());
        services.addService(new JolokiaSerializer());
        services.addService(new JolokiaRequestHandler(GuardedMBeanServer.guard(JolokiaAgent::currentSession)));
        services.addService(new PullNotificationBackend(1));
        services.addService(new JolokiaSseBackend());
        return services;
    }

    /** The operator whose request this thread executes; the agent itself while it starts. */
    static OperatorSession currentSession() {
        return OperatorSession.current().orElse(AGENT_SESSION);
    }

    /** A fixed id, for stable names of Jolokia's MBeans; with a number if another server in this JVM uses it. */
    private static String freeAgentId() {
        try {
            int number = 1;
            String id = AGENT_ID;
            while (!GuardedMBeanServer.PLATFORM
                    .queryNames(new ObjectName(DOMAIN + ":*,agent=" + id), null)
                    .isEmpty()) {
                number++;
                id = AGENT_ID + "-" + number;
            }
            return id;
        } catch (MalformedObjectNameException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class JolokiaLog implements LogHandler {
        private static final Logger LOG = LoggerFactory.getLogger("auth.jolokia");

        @Override
        public void debug(String message) {
            LOG.debug(message);
        }

        @Override
        public void info(String message) {
            LOG.debug(message);
        }

        @Override
        public void error(String message, Throwable failure) {
            LOG.error(message, failure);
        }

        /** Always false: in debug mode, Jolokia keeps whole requests and responses in a store that clients can read. */
        @Override
        public boolean isDebug() {
            return false;
        }
    }

    /**
     * Sends notifications as server-sent events, with one thread per client. Jolokia's own implementation writes to all
     * clients on the emitter's thread, so that a slow client delays the others and the emitter. Here a slow client
     * loses its oldest pending notifications instead.
     */
    static final class JolokiaSseBackend extends SseNotificationBackend {
        private static final int ORDER = 0;
        private static final int MAX_PENDING = 1000;

        private final Map<String, ExecutorService> writers = new ConcurrentHashMap<>();

        JolokiaSseBackend() {
            super(ORDER);
        }

        @Override
        public BackendCallback subscribe(NotificationSubscription subscription) {
            BackendCallback direct = super.subscribe(subscription);
            ExecutorService writer =
                    writers.computeIfAbsent(subscription.getClient().getId(), client -> newWriter());
            return (notification, handback) -> writer.execute(() -> direct.handleNotification(notification, handback));
        }

        @Override
        public void unregister(Client client) {
            ExecutorService writer = writers.remove(client.getId());
            if (writer != null) {
                writer.shutdownNow();
            }
            super.unregister(client);
        }

        private static ExecutorService newWriter() {
            ThreadPoolExecutor writer = DaemonThreads.pool(
                    1, new ArrayBlockingQueue<>(MAX_PENDING), DaemonThreads.named("auth-jolokia-events"));
            writer.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardOldestPolicy());
            return writer;
        }
    }
}
