package app.rodmena.auth.jmx.remote;

import app.rodmena.auth.security.AuditLog;
import app.rodmena.auth.security.OperatorSession;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.management.JMException;
import javax.management.JMRuntimeException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import org.jolokia.json.JSONObject;
import org.jolokia.server.core.request.BadRequestException;
import org.jolokia.server.core.request.EmptyResponseException;
import org.jolokia.server.core.request.JolokiaNotificationRequest;
import org.jolokia.server.core.request.JolokiaRequest;
import org.jolokia.server.core.request.JolokiaRequestFactory;
import org.jolokia.server.core.request.NotChangedException;
import org.jolokia.server.core.request.ProcessingParameters;
import org.jolokia.server.core.request.notification.ClientCommand;
import org.jolokia.server.core.request.notification.NotificationCommandType;
import org.jolokia.server.core.service.api.JolokiaContext;
import org.jolokia.server.core.service.api.Restrictor;
import org.jolokia.server.core.util.HttpMethod;
import org.jolokia.server.core.util.RequestType;
import org.jolokia.server.core.util.jmx.MBeanServerAccess;
import org.jolokia.server.core.util.jmx.SingleMBeanServerAccess;
import org.jolokia.service.jmx.LocalRequestHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Jolokia's request handler, restricted to the guarded MBean server and to the permitted types of requests. Jolokia
 * never removes a client that subscribed to notifications, and its notification commands are not thread-safe: this
 * class serializes the commands, and removes the client with the oldest command when the maximum is reached.
 * Thread-safe.
 */
final class JolokiaRequestHandler extends LocalRequestHandler {
    private static final Logger LOG = LoggerFactory.getLogger("auth.jolokia");
    private static final int ORDER = 1000;
    private static final int MAX_SUBSCRIBERS = 200;

    private final MBeanServerAccess beans;

    /** In the order of their last commands, oldest first; guards itself and the commands. */
    private final Map<String, Boolean> subscribers = new LinkedHashMap<>(16, 0.75f, true);

    JolokiaRequestHandler(MBeanServerConnection guarded) {
        super(ORDER);
        this.beans = new SingleMBeanServerAccess(guarded);
    }

    @Override
    public void init(JolokiaContext context) {
        super.init((JolokiaContext) Proxy.newProxyInstance(
                JolokiaContext.class.getClassLoader(),
                new Class<?>[] {JolokiaContext.class},
                (self, method, arguments) -> {
                    if (method.getName().equals("getMBeanServerAccess")) {
                        return beans;
                    }
                    try {
                        return method.invoke(context, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    @Override
    public <R extends JolokiaRequest> Object handleRequest(R request, Object previous)
            throws IOException, JMException, JMRuntimeException, NotChangedException, BadRequestException,
                    EmptyResponseException {
        requirePermitted(request);
        if (request instanceof JolokiaNotificationRequest notification) {
            synchronized (subscribers) {
                return handleCommand(notification);
            }
        }
        return super.handleRequest(request, previous);
    }

    private Object handleCommand(JolokiaNotificationRequest request)
            throws IOException, JMException, NotChangedException, BadRequestException, EmptyResponseException {
        NotificationCommandType type = request.getCommand().getType();
        if (request.getCommand() instanceof ClientCommand command) {
            subscribers.get(command.getClient()); // Moves the client to the end of the access order.
            if (type == NotificationCommandType.UNREGISTER) {
                subscribers.remove(command.getClient());
            }
        }
        if (type == NotificationCommandType.REGISTER && subscribers.size() >= MAX_SUBSCRIBERS) {
            remove(subscribers.keySet().iterator().next());
        }
        Object response = super.handleRequest(request, null);
        if (type == NotificationCommandType.REGISTER) {
            subscribers.put((String) ((JSONObject) response).get("id"), true);
        }
        return response;
    }

    /** Removes subscriptions one by one, because Jolokia fails to unregister a client with several. */
    private void remove(String client) {
        subscribers.remove(client);
        try {
            JSONObject subscriptions = (JSONObject) super.handleRequest(command("list/" + client), null);
            for (Object handle : List.copyOf(subscriptions.keySet())) {
                super.handleRequest(command("remove/" + client + "/" + handle), null);
            }
            super.handleRequest(command("unregister/" + client), null);
        } catch (Exception e) {
            LOG.debug("Failed to remove a subscriber", e);
        }
    }

    private static JolokiaNotificationRequest command(String command) throws BadRequestException {
        return JolokiaRequestFactory.createGetRequest("notification/" + command, new ProcessingParameters(Map.of()));
    }

    @Override
    public void destroy() throws JMException {
        synchronized (subscribers) {
            List.copyOf(subscribers.keySet()).forEach(this::remove);
        }
        super.destroy();
    }

    private static void requirePermitted(JolokiaRequest request) {
        RequestType type = request.getType();
        if (!new JolokiaRestrictor().isTypeAllowed(type)) {
            throw denied("a request of type " + type.getName());
        }
        boolean changes = type == RequestType.EXEC || type == RequestType.WRITE;
        if (changes && request.getHttpMethod() != HttpMethod.POST) {
            throw denied("a request of type %s by GET; it must be POST".formatted(type.getName()));
        }
    }

    private static SecurityException denied(String what) {
        OperatorSession.current().ifPresent(session -> AuditLog.denied(session, what));
        return new SecurityException("Denied: " + what);
    }

    /**
     * The checks of {@link GuardedMBeanServer} as a Jolokia restrictor. Jolokia calls it before it looks for the bean,
     * so that access to a hidden bean is reported as denied, not as missing. {@link JolokiaSecurityFilter} checks the
     * client.
     */
    static final class JolokiaRestrictor implements Restrictor {
        @Override
        public boolean isHttpMethodAllowed(HttpMethod method) {
            return method == HttpMethod.GET || method == HttpMethod.POST;
        }

        @Override
        public boolean isTypeAllowed(RequestType type) {
            return switch (type) {
                case READ, WRITE, EXEC, LIST, SEARCH, VERSION, NOTIFICATION -> true;
                case CONFIG -> false;
            };
        }

        @Override
        public boolean isAttributeReadAllowed(ObjectName name, String attribute) {
            GuardedMBeanServer.checkRead(JolokiaAgent.currentSession(), name, attribute);
            return true;
        }

        @Override
        public boolean isAttributeWriteAllowed(ObjectName name, String attribute) {
            GuardedMBeanServer.checkWrite(JolokiaAgent.currentSession(), name, attribute);
            return true;
        }

        @Override
        public boolean isOperationAllowed(ObjectName name, String operation) {
            GuardedMBeanServer.checkInvoke(JolokiaAgent.currentSession(), name, operation);
            return true;
        }

        @Override
        public boolean isRemoteAccessAllowed(String... hostOrAddress) {
            return true;
        }

        /**
         * Jolokia asks with {@code onlyWhenStrict} whether to accept a request, whose origin
         * {@link JolokiaSecurityFilter} has checked already, and without it whether to send CORS headers, which it
         * never must.
         */
        @Override
        public boolean isOriginAllowed(String origin, boolean onlyWhenStrict) {
            return onlyWhenStrict;
        }

        @Override
        public boolean isObjectNameHidden(ObjectName name) {
            return !MBeanPolicy.isVisible(name);
        }

        /** True, since a reverse proxy may terminate TLS. */
        @Override
        public boolean ignoreScheme() {
            return true;
        }
    }
}
