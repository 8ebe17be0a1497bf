package app.rodmena.auth.jmx.remote;

import app.rodmena.auth.security.AuditLog;
import app.rodmena.auth.security.OperatorSession;
import java.lang.management.ManagementFactory;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.management.Attribute;
import javax.management.AttributeList;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanException;
import javax.management.MBeanInfo;
import javax.management.MBeanServer;
import javax.management.ObjectInstance;
import javax.management.ObjectName;
import javax.management.QueryExp;
import javax.management.openmbean.TabularData;
import javax.management.openmbean.TabularDataSupport;

/**
 * A proxy for the platform's MBean server that permits only what {@link MBeanPolicy} allows, writes changes and denials
 * to the {@link AuditLog}, and denies every method that it does not know. Used by both Jolokia and remote JMX.
 * Thread-safe.
 */
record GuardedMBeanServer(Supplier<OperatorSession> currentSession) implements InvocationHandler {
    static final MBeanServer PLATFORM = ManagementFactory.getPlatformMBeanServer();

    /**
     * @param currentSession returns the current operator session; throws a SecurityException if it is no longer valid
     */
    static MBeanServer guard(Supplier<OperatorSession> currentSession) {
        return (MBeanServer) Proxy.newProxyInstance(
                GuardedMBeanServer.class.getClassLoader(),
                new Class<?>[] {MBeanServer.class},
                new GuardedMBeanServer(currentSession));
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        return switch (method.getName()) {
            case "hashCode" -> System.identityHashCode(proxy);
            case "equals" -> proxy == arguments[0];
            case "toString" -> "guarded " + PLATFORM;
            // Never called by clients: the connector uses these to find the classes of arguments
            case "getClassLoaderFor", "getClassLoader", "getClassLoaderRepository" -> forward(method, arguments);
            default -> dispatch((MBeanServer) proxy, method, arguments, currentSession.get());
        };
    }

    private Object dispatch(MBeanServer guarded, Method method, Object[] arguments, OperatorSession session)
            throws Exception {
        return switch (method.getName()) {
            case "getAttribute" -> getAttribute(method, arguments, session);
            case "getAttributes" -> getAttributes(method, arguments, session);
            case "setAttribute" -> write(method, arguments, session, List.of((Attribute) arguments[1]));
            case "setAttributes" -> write(method, arguments, session, ((AttributeList) arguments[1]).asList());
            case "invoke" -> invokeOperation(method, arguments, session);
            case "getMBeanInfo" ->
                readableInfo((ObjectName) arguments[0], (MBeanInfo) requireVisible(method, arguments, session));
            case "getObjectInstance" -> requireVisible(method, arguments, session);
            case "isInstanceOf" -> isInstanceOf((ObjectName) arguments[0], (String) arguments[1]);
            case "isRegistered" ->
                MBeanPolicy.isVisible((ObjectName) arguments[0]) && PLATFORM.isRegistered((ObjectName) arguments[0]);
            case "queryNames" ->
                query(guarded, arguments).map(ObjectInstance::getObjectName).collect(Collectors.toSet());
            case "queryMBeans" -> query(guarded, arguments).collect(Collectors.toSet());
            case "getMBeanCount" -> (int) visibleNames().count();
            case "getDomains" ->
                visibleNames().map(ObjectName::getDomain).distinct().toArray(String[]::new);
            case "getDefaultDomain" -> forward(method, arguments);
            case "addNotificationListener", "removeNotificationListener" -> listen(method, arguments, session);
            default -> throw denied(session, method.getName());
        };
    }

    private Stream<ObjectInstance> query(MBeanServer guarded, Object[] arguments) {
        return PLATFORM.queryMBeans((ObjectName) arguments[0], null).stream()
                .filter(bean -> MBeanPolicy.isVisible(bean.getObjectName())
                        && matches(guarded, (QueryExp) arguments[1], bean.getObjectName()));
    }

    private Stream<ObjectName> visibleNames() {
        return PLATFORM.queryNames(null, null).stream().filter(MBeanPolicy::isVisible);
    }

    /** Reports a hidden bean as missing, as isRegistered does, because consoles can handle that. */
    private boolean isInstanceOf(ObjectName name, String type) throws InstanceNotFoundException {
        if (!MBeanPolicy.isVisible(name)) {
            throw new InstanceNotFoundException(name.toString());
        }
        return PLATFORM.isInstanceOf(name, type);
    }

    private Object requireVisible(Method method, Object[] arguments, OperatorSession session) throws Exception {
        ObjectName name = (ObjectName) arguments[0];
        if (!MBeanPolicy.isVisible(name)) {
            throw denied(session, "to see " + name);
        }
        return forward(method, arguments);
    }

    private Object getAttribute(Method method, Object[] arguments, OperatorSession session) throws Exception {
        ObjectName name = (ObjectName) arguments[0];
        String attribute = (String) arguments[1];
        if (MBeanPolicy.isReadAsEmpty(name, attribute)) {
            return empty(forward(method, arguments));
        }
        checkRead(session, name, attribute);
        return forward(method, arguments);
    }

    /** Denies the whole request if one attribute is not readable; MBeanInfo lists only readable ones. */
    private Object getAttributes(Method method, Object[] arguments, OperatorSession session) throws Exception {
        ObjectName name = (ObjectName) arguments[0];
        for (String attribute : (String[]) arguments[1]) {
            if (!MBeanPolicy.isReadAsEmpty(name, attribute)) {
                checkRead(session, name, attribute);
            }
        }
        AttributeList values = (AttributeList) forward(method, arguments);
        AttributeList visible = new AttributeList();
        for (Attribute value : values.asList()) {
            visible.add(
                    MBeanPolicy.isReadAsEmpty(name, value.getName())
                            ? new Attribute(value.getName(), empty(value.getValue()))
                            : value);
        }
        return visible;
    }

    /** The empty value of the same type; of system properties, only those that name the JVM are kept. */
    private static Object empty(Object value) {
        if (value instanceof TabularData properties) {
            TabularData visible = new TabularDataSupport(properties.getTabularType());
            MBeanPolicy.JVM_PROPERTIES.stream()
                    .map(name -> properties.get(new Object[] {name}))
                    .filter(Objects::nonNull)
                    .forEach(visible::put);
            return visible;
        }
        return value instanceof String[] ? new String[0] : "";
    }

    /** @throws SecurityException if the operator may not read it; the denial is written to the audit log */
    static void checkRead(OperatorSession session, ObjectName name, String attribute) {
        if (attribute != null && !MBeanPolicy.mayRead(name, attribute)) {
            throw denied(session, "to read %s of %s".formatted(attribute, name));
        }
    }

    /** @throws SecurityException if the operator may not write it; the denial is written to the audit log */
    static void checkWrite(OperatorSession session, ObjectName name, String attributes) {
        if (!MBeanPolicy.mayWrite(session.role(), name)) {
            throw denied(session, "to set %s of %s".formatted(attributes, name));
        }
    }

    /** @throws SecurityException if the operator may not invoke it; the denial is written to the audit log */
    static void checkInvoke(OperatorSession session, ObjectName name, String operation) {
        if (operation == null || !MBeanPolicy.mayInvoke(session.role(), name, operation)) {
            throw denied(session, "to invoke %s of %s".formatted(operation, name));
        }
    }

    private Object write(Method method, Object[] arguments, OperatorSession session, List<Attribute> attributes)
            throws Exception {
        ObjectName name = (ObjectName) arguments[0];
        String names = attributes.stream().map(Attribute::getName).collect(Collectors.joining(", "));
        checkWrite(session, name, names);
        String before = values(name, attributes);
        Object result = session.execute(() -> forward(method, arguments));
        AuditLog.changed(
                session, "set %s of %s from %s to %s".formatted(names, name, before, values(name, attributes)));
        return result;
    }

    private Object invokeOperation(Method method, Object[] arguments, OperatorSession session) throws Exception {
        ObjectName name = (ObjectName) arguments[0];
        String operation = (String) arguments[1];
        checkInvoke(session, name, operation);
        String values = arguments[2] == null ? "[]" : Arrays.toString((Object[]) arguments[2]);
        String invoked = "invoked %s of %s with %s".formatted(operation, name, values);
        try {
            Object result = session.execute(() -> forward(method, arguments));
            auditOwn(session, name, invoked);
            return result;
        } catch (MBeanException e) { // The operation may have had an effect, or was refused
            auditOwn(
                    session,
                    name,
                    invoked + ", which failed: " + e.getTargetException().getMessage());
            throw e;
        }
    }

    private static void auditOwn(OperatorSession session, ObjectName name, String action) {
        if (MBeanPolicy.isOwn(name)) {
            AuditLog.changed(session, action);
        }
    }

    /** Denies MBeans as listeners: they would be invoked without the checks of this proxy. */
    private Object listen(Method method, Object[] arguments, OperatorSession session) throws Exception {
        if (arguments[1] instanceof ObjectName listener) {
            throw denied(session, "to let %s listen to %s".formatted(listener, arguments[0]));
        }
        return requireVisible(method, arguments, session);
    }

    private String values(ObjectName name, List<Attribute> attributes) {
        return attributes.stream().map(attribute -> value(name, attribute)).collect(Collectors.joining(", "));
    }

    private String value(ObjectName name, Attribute attribute) {
        try {
            return Objects.toString(PLATFORM.getAttribute(name, attribute.getName()));
        } catch (JMException | RuntimeException e) {
            return "?";
        }
    }

    /** Removes the attributes that no client may read, so that consoles do not request them. */
    private static MBeanInfo readableInfo(ObjectName name, MBeanInfo info) {
        MBeanAttributeInfo[] attributes = Arrays.stream(info.getAttributes())
                .filter(attribute -> MBeanPolicy.mayRead(name, attribute.getName()))
                .toArray(MBeanAttributeInfo[]::new);
        if (attributes.length == info.getAttributes().length) {
            return info;
        }
        return new MBeanInfo(
                info.getClassName(),
                info.getDescription(),
                attributes,
                info.getConstructors(),
                info.getOperations(),
                info.getNotifications(),
                info.getDescriptor());
    }

    /** Evaluates a query through this proxy; otherwise a query could reveal unreadable values bit by bit. */
    private static boolean matches(MBeanServer guarded, QueryExp query, ObjectName name) {
        if (query == null) {
            return true;
        }
        query.setMBeanServer(guarded);
        try {
            return query.apply(name);
        } catch (Exception e) {
            return false;
        } finally {
            query.setMBeanServer(null);
        }
    }

    private static SecurityException denied(OperatorSession session, String action) {
        AuditLog.denied(session, action);
        return new SecurityException("Denied to %s: %s".formatted(session.name(), action));
    }

    private Object forward(Method method, Object[] arguments) throws Exception {
        try {
            return method.invoke(PLATFORM, arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Exception failure) {
                throw failure;
            }
            throw (Error) e.getCause();
        }
    }
}
