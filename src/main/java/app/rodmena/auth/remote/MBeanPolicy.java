package app.rodmena.auth.remote;

import app.rodmena.auth.operators.Role;
import java.util.Set;
import java.util.regex.Pattern;
import javax.management.ObjectName;

/**
 * What of the MBeans is for whom, whichever door they come through: the one place that says so. What is not named here
 * is for nobody. Stateless.
 *
 * <p>Everybody reads our beans, the pool's, the metrics' and the JVM's figures, but nothing that tells a secret or how
 * the process was started. {@link Role#CONTROL} may also write and invoke what is ours. No other bean can be written or
 * invoked, since those of the JVM execute code, write files and read any; except that every caller may look at threads.
 */
final class MBeanPolicy {
    private static final String OURS = "app.rodmena.auth";
    private static final String NOTIFICATION_STORE = "NotificationStore";

    private static final Set<String> READABLE = Set.of(
            OURS,
            "com.zaxxer.hikari",
            "metrics",
            "java.lang",
            "java.nio",
            "java.util.logging",
            "JMImplementation",
            JolokiaAgent.DOMAIN);

    /** How the process was started and where: its arguments, its properties, and what is made of them. */
    private static final Set<String> UNREADABLE_RUNTIME =
            Set.of("SystemProperties", "InputArguments", "ClassPath", "LibraryPath", "BootClassPath");

    /** System properties that the attributes VmName, VmVendor and VmVersion show too; VisualVM fails without them. */
    static final Set<String> JVM_PROPERTIES = Set.of("java.vm.name", "java.vm.vendor", "java.vm.version");

    /** Operations in form only: they return the names, states and stacks of threads, which consoles show. */
    private static final Set<String> THREAD_QUERIES = Set.of(
            "getThreadInfo",
            "dumpAllThreads",
            "findDeadlockedThreads",
            "findMonitorDeadlockedThreads",
            "getThreadCpuTime",
            "getThreadUserTime");

    /** Of beans that are not ours, what sounds like a login is one. */
    private static final Pattern SECRET = Pattern.compile(
            ".*(password|passwd|credential|username|secret|token|jdbcurl|privatekey|environment).*",
            Pattern.CASE_INSENSITIVE);

    private MBeanPolicy() {}

    /** Whether there is such a bean, as far as callers know. */
    static boolean isVisible(ObjectName name) {
        return READABLE.contains(name.getDomain());
    }

    static boolean mayRead(ObjectName name, String attribute) {
        return isVisible(name)
                && (isOurs(name)
                        || !(SECRET.matcher(attribute).matches()
                                || (isRuntime(name) && UNREADABLE_RUNTIME.contains(attribute))));
    }

    /**
     * Whether JMX clients get an empty value instead of a denial: VisualVM and JConsole read how the process was
     * started before they show anything, and show nothing if that fails.
     */
    static boolean isReadAsEmpty(ObjectName name, String attribute) {
        return isRuntime(name) && attribute != null && UNREADABLE_RUNTIME.contains(attribute);
    }

    static boolean mayWrite(Role role, ObjectName name) {
        return isOurs(name) && isControl(role);
    }

    static boolean mayInvoke(Role role, ObjectName name, String operation) {
        return (isOurs(name) && isControl(role))
                || isPullOfNotifications(name, operation)
                || isThreadQuery(name, operation);
    }

    /** Whether it is a bean of this server's own. */
    static boolean isOurs(ObjectName name) {
        return name.getDomain().equals(OURS);
    }

    private static boolean isRuntime(ObjectName name) {
        return isOfJvm(name, "Runtime");
    }

    /** @param operation its name; Jolokia may add the types of its parameters, as in {@code getThreadInfo(long)} */
    private static boolean isThreadQuery(ObjectName name, String operation) {
        return isOfJvm(name, "Threading") && THREAD_QUERIES.contains(operation.split("\\(", 2)[0]);
    }

    private static boolean isOfJvm(ObjectName name, String type) {
        return name.getDomain().equals("java.lang") && type.equals(name.getKeyProperty("type"));
    }

    /** How Jolokia's clients read what they subscribed to; an operation only in form. */
    private static boolean isPullOfNotifications(ObjectName name, String operation) {
        return name.getDomain().equals(JolokiaAgent.DOMAIN)
                && NOTIFICATION_STORE.equals(name.getKeyProperty("type"))
                && (operation.equals("pull") || operation.startsWith("pull("));
    }

    private static boolean isControl(Role role) {
        return switch (role) {
            case CONTROL -> true;
            case MONITOR -> false;
        };
    }
}
