package app.rodmena.auth.jmx.remote;

import app.rodmena.auth.security.AuditLog;
import app.rodmena.auth.security.OperatorSession;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import javax.management.JMException;
import javax.management.JMRuntimeException;
import javax.management.MBeanServerConnection;
import org.jolokia.server.core.request.BadRequestException;
import org.jolokia.server.core.request.EmptyResponseException;
import org.jolokia.server.core.request.JolokiaNotificationRequest;
import org.jolokia.server.core.request.JolokiaRequest;
import org.jolokia.server.core.request.NotChangedException;
import org.jolokia.server.core.service.api.JolokiaContext;
import org.jolokia.server.core.util.HttpMethod;
import org.jolokia.server.core.util.RequestType;
import org.jolokia.server.core.util.jmx.MBeanServerAccess;
import org.jolokia.server.core.util.jmx.SingleMBeanServerAccess;
import org.jolokia.service.jmx.LocalRequestHandler;

/** Jolokia's request handler, restricted to the guarded MBean server and to the permitted types of requests. */
final class JolokiaRequestHandler extends LocalRequestHandler {
    private static final int ORDER = 1000;

    private final MBeanServerAccess beans;
    private final JolokiaSubscribers subscribers = new JolokiaSubscribers();

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
            return subscribers.handle(notification, command -> super.handleRequest(command, null));
        }
        return super.handleRequest(request, previous);
    }

    /** Removes all subscribers. */
    @Override
    public void destroy() throws JMException {
        subscribers.close(command -> super.handleRequest(command, null));
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
}
