package app.rodmena.auth.remote;

import app.rodmena.auth.operators.Audit;
import app.rodmena.auth.operators.Caller;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.management.Attribute;
import javax.management.AttributeList;
import javax.management.BadAttributeValueExpException;
import javax.management.BadBinaryOpValueExpException;
import javax.management.BadStringOperationException;
import javax.management.InstanceNotFoundException;
import javax.management.InvalidApplicationException;
import javax.management.JMException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanInfo;
import javax.management.MBeanServer;
import javax.management.ObjectInstance;
import javax.management.ObjectName;
import javax.management.QueryExp;
import javax.management.openmbean.TabularData;
import javax.management.openmbean.TabularDataSupport;

/**
 * A proxy for an MBean server that permits only what {@link MBeanPolicy} allows, writes changes and denials to the
 * {@link Audit} log, and denies every method that it does not know. Used by both Jolokia and remote JMX. Thread-safe.
 */
final class Guard implements InvocationHandler {
    private final MBeanServer target;
    private final Supplier<Caller> callers;

    private Guard(MBeanServer target, Supplier<Caller> callers) {
        this.target = target;
        this.callers = callers;
    }

    /** @param callers returns the current operator session; throws a SecurityException if it is no longer valid */
    static MBeanServer before(MBeanServer target, Supplier<Caller> callers) {
        return (MBeanServer) Proxy.newProxyInstance(
                Guard.class.getClassLoader(), new Class<?>[] {MBeanServer.class}, new Guard(target, callers));
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        return switch (method.getName()) {
            case "hashCode" -> System.identityHashCode(proxy);
            case "equals" -> proxy == arguments[0];
            case "toString" -> "guarded " + target;
            // Never called by clients: the connector uses these to find the classes of arguments
            case "getClassLoaderFor", "getClassLoader", "getClassLoaderRepository" -> pass(method, arguments);
            default -> decide((MBeanServer) proxy, method, arguments, callers.get());
        };
    }

    private Object decide(MBeanServer self, Method method, Object[] arguments, Caller caller) throws Throwable {
        return switch (method.getName()) {
            case "getAttribute" -> readOne(method, arguments, caller);
            case "getAttributes" -> readSeveral(method, arguments, caller);
            case "setAttribute" -> write(method, arguments, caller, (Attribute) arguments[1]);
            case "setAttributes" ->
                write(
                        method,
                        arguments,
                        caller,
                        ((AttributeList) arguments[1]).asList().toArray(Attribute[]::new));
            case "invoke" -> operate(method, arguments, caller);
            case "getMBeanInfo" -> readable((ObjectName) arguments[0], (MBeanInfo) see(method, arguments, caller));
            case "getObjectInstance" -> see(method, arguments, caller);
            case "isInstanceOf" -> isInstanceOf((ObjectName) arguments[0], (String) arguments[1]);
            case "isRegistered" ->
                MBeanPolicy.isVisible((ObjectName) arguments[0]) && target.isRegistered((ObjectName) arguments[0]);
            case "queryNames" ->
                target.queryNames((ObjectName) arguments[0], null).stream()
                        .filter(name -> MBeanPolicy.isVisible(name) && applies(self, (QueryExp) arguments[1], name))
                        .collect(Collectors.toSet());
            case "queryMBeans" ->
                target.queryMBeans((ObjectName) arguments[0], null).stream()
                        .filter(bean -> MBeanPolicy.isVisible(bean.getObjectName())
                                && applies(self, (QueryExp) arguments[1], bean.getObjectName()))
                        .collect(Collectors.<ObjectInstance>toSet());
            case "getMBeanCount" ->
                (int) target.queryNames(null, null).stream()
                        .filter(MBeanPolicy::isVisible)
                        .count();
            case "getDomains" ->
                target.queryNames(null, null).stream()
                        .filter(MBeanPolicy::isVisible)
                        .map(ObjectName::getDomain)
                        .distinct()
                        .toArray(String[]::new);
            case "getDefaultDomain" -> pass(method, arguments);
            case "addNotificationListener", "removeNotificationListener" -> listen(method, arguments, caller);
            default -> throw denied(caller, method.getName());
        };
    }

    /** As isRegistered, reports a hidden bean as missing, which consoles can handle. */
    private boolean isInstanceOf(ObjectName name, String type) throws InstanceNotFoundException {
        if (!MBeanPolicy.isVisible(name)) {
            throw new InstanceNotFoundException(name.toString());
        }
        return target.isInstanceOf(name, type);
    }

    private Object see(Method method, Object[] arguments, Caller caller) throws Throwable {
        ObjectName name = (ObjectName) arguments[0];
        if (!MBeanPolicy.isVisible(name)) {
            throw denied(caller, "to look at " + name);
        }
        return pass(method, arguments);
    }

    private Object readOne(Method method, Object[] arguments, Caller caller) throws Throwable {
        ObjectName name = (ObjectName) arguments[0];
        String attribute = (String) arguments[1];
        if (MBeanPolicy.isReadAsEmpty(name, attribute)) {
            return empty(pass(method, arguments));
        }
        checkRead(caller, name, attribute);
        return pass(method, arguments);
    }

    /** Denies the whole request if one attribute is not readable; MBeanInfo lists only readable ones. */
    private Object readSeveral(Method method, Object[] arguments, Caller caller) throws Throwable {
        ObjectName name = (ObjectName) arguments[0];
        for (String attribute : (String[]) arguments[1]) {
            if (!MBeanPolicy.isReadAsEmpty(name, attribute)) {
                checkRead(caller, name, attribute);
            }
        }
        AttributeList values = (AttributeList) pass(method, arguments);
        AttributeList shown = new AttributeList();
        for (Attribute value : values.asList()) {
            shown.add(
                    MBeanPolicy.isReadAsEmpty(name, value.getName())
                            ? new Attribute(value.getName(), empty(value.getValue()))
                            : value);
        }
        return shown;
    }

    /** The empty value of the same type; of system properties, only those that name the JVM are kept. */
    private static Object empty(Object value) {
        if (value instanceof TabularData properties) {
            TabularData shown = new TabularDataSupport(properties.getTabularType());
            MBeanPolicy.JVM_PROPERTIES.stream()
                    .map(name -> properties.get(new Object[] {name}))
                    .filter(Objects::nonNull)
                    .forEach(shown::put);
            return shown;
        }
        return value instanceof String[] ? new String[0] : "";
    }

    /** @throws SecurityException if the operator may not read it; the denial is written to the audit log */
    static void checkRead(Caller caller, ObjectName name, String attribute) {
        if (attribute != null && !MBeanPolicy.mayRead(name, attribute)) {
            throw denied(caller, "to read %s of %s".formatted(attribute, name));
        }
    }

    /** @throws SecurityException if the operator may not write it; the denial is written to the audit log */
    static void checkWrite(Caller caller, ObjectName name, String attributes) {
        if (!MBeanPolicy.mayWrite(caller.role(), name)) {
            throw denied(caller, "to set %s of %s".formatted(attributes, name));
        }
    }

    /** @throws SecurityException if the operator may not invoke it; the denial is written to the audit log */
    static void checkInvoke(Caller caller, ObjectName name, String operation) {
        if (operation == null || !MBeanPolicy.mayInvoke(caller.role(), name, operation)) {
            throw denied(caller, "to invoke %s of %s".formatted(operation, name));
        }
    }

    private Object write(Method method, Object[] arguments, Caller caller, Attribute... attributes) throws Throwable {
        ObjectName name = (ObjectName) arguments[0];
        String names = Arrays.stream(attributes).map(Attribute::getName).collect(Collectors.joining(", "));
        checkWrite(caller, name, names);
        String before = values(name, attributes);
        Object result = caller.call(() -> passChecked(method, arguments));
        Audit.done(caller, "set %s of %s from %s to %s".formatted(names, name, before, values(name, attributes)));
        return result;
    }

    private Object operate(Method method, Object[] arguments, Caller caller) throws Throwable {
        ObjectName name = (ObjectName) arguments[0];
        String operation = (String) arguments[1];
        checkInvoke(caller, name, operation);
        Object result = caller.call(() -> passChecked(method, arguments));
        if (MBeanPolicy.isOurs(name)) {
            String values = arguments[2] == null ? "[]" : Arrays.toString((Object[]) arguments[2]);
            Audit.done(caller, "invoked %s of %s with %s".formatted(operation, name, values));
        }
        return result;
    }

    /** Denies MBeans as listeners: they would be invoked without the checks of this proxy. */
    private Object listen(Method method, Object[] arguments, Caller caller) throws Throwable {
        if (arguments[1] instanceof ObjectName listener) {
            throw denied(caller, "to let %s listen to %s".formatted(listener, arguments[0]));
        }
        return see(method, arguments, caller);
    }

    private String values(ObjectName name, Attribute... attributes) {
        return Arrays.stream(attributes)
                .map(attribute -> value(name, attribute))
                .collect(Collectors.joining(", "));
    }

    private String value(ObjectName name, Attribute attribute) {
        try {
            return Objects.toString(target.getAttribute(name, attribute.getName()));
        } catch (JMException | RuntimeException e) {
            return "?";
        }
    }

    /** Removes the attributes that no client may read, so that consoles do not request them. */
    private static MBeanInfo readable(ObjectName name, MBeanInfo info) {
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
    private static boolean applies(MBeanServer self, QueryExp query, ObjectName name) {
        if (query == null) {
            return true;
        }
        query.setMBeanServer(self);
        try {
            return query.apply(name);
        } catch (BadStringOperationException
                | BadBinaryOpValueExpException
                | BadAttributeValueExpException
                | InvalidApplicationException
                | RuntimeException e) {
            return false;
        } finally {
            query.setMBeanServer(null);
        }
    }

    private static SecurityException denied(Caller caller, String what) {
        Audit.denied(caller, what);
        return new SecurityException("Denied to %s: %s".formatted(caller.name(), what));
    }

    private Object pass(Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private Object passChecked(Method method, Object[] arguments) throws Exception {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Exception failure) {
                throw failure;
            }
            throw (Error) e.getCause();
        }
    }
}
