package app.rodmena.auth.jmx.remote;

import app.rodmena.auth.security.OperatorRole;
import java.util.Set;
import java.util.regex.Pattern;
import javax.management.ObjectName;

/**
 * The permissions on MBeans, for both Jolokia and remote JMX. Everything that is not permitted here is denied.
 * Stateless.
 *
 * <p>Every client may read this server's beans, HikariCP's, the metrics' and the JVM's, except attributes that reveal
 * secrets or how the process was started. {@link OperatorRole#CONTROL} may also write and invoke this server's beans.
 * Other beans cannot be written or invoked, because those of the JVM can execute code and read and write files; the
 * exceptions are queries of threads and Jolokia's pull of notifications, which every client may invoke.
 */
final class MBeanPolicy {
    private static final String OWN_DOMAIN = "app.rodmena.auth";
    private static final String NOTIFICATION_STORE = "NotificationStore";

    private static final Set<String> READABLE = Set.of(
            OWN_DOMAIN,
            "com.zaxxer.hikari",
            "metrics",
            "java.lang",
            "java.nio",
            "java.util.logging",
            "JMImplementation",
            JolokiaAgent.DOMAIN);

    /** Attributes that reveal how and where the process was started: its arguments and properties. */
    private static final Set<String> UNREADABLE_RUNTIME =
            Set.of("SystemProperties", "InputArguments", "ClassPath", "LibraryPath", "BootClassPath");

    /** The system properties that VisualVM requires; the attributes VmName, VmVendor and VmVersion show them too. */
    static final Set<String> JVM_PROPERTIES = Set.of("java.vm.name", "java.vm.vendor", "java.vm.version");

    /** Operations without side effects, which consoles use to show the names, states and stacks of threads. */
    private static final Set<String> THREAD_QUERIES = Set.of(
            "getThreadInfo",
            "dumpAllThreads",
            "findDeadlockedThreads",
            "findMonitorDeadlockedThreads",
            "getThreadCpuTime",
            "getThreadUserTime");

    /** Attributes of other beans that may hold credentials, by their names. */
    private static final Pattern SECRET = Pattern.compile(
            ".*(password|passwd|credential|username|secret|token|jdbcurl|privatekey|environment).*",
            Pattern.CASE_INSENSITIVE);

    private MBeanPolicy() {}

    static boolean isVisible(ObjectName name) {
        return READABLE.contains(name.getDomain());
    }

    static boolean mayRead(ObjectName name, String attribute) {
        return isVisible(name)
                && (isOwn(name)
                        || !(SECRET.matcher(attribute).matches()
                                || (isRuntime(name) && UNREADABLE_RUNTIME.contains(attribute))));
    }

    /**
     * Whether JMX clients get an empty value instead of a denial: VisualVM and JConsole read these attributes first,
     * and show nothing if that fails.
     */
    static boolean isReadAsEmpty(ObjectName name, String attribute) {
        return isRuntime(name) && attribute != null && UNREADABLE_RUNTIME.contains(attribute);
    }

    static boolean mayWrite(OperatorRole role, ObjectName name) {
        return isOwn(name) && role.mayChange();
    }

    static boolean mayInvoke(OperatorRole role, ObjectName name, String operation) {
        return (isOwn(name) && role.mayChange())
                || isNotificationPull(name, operation)
                || isThreadQuery(name, operation);
    }

    static boolean isOwn(ObjectName name) {
        return name.getDomain().equals(OWN_DOMAIN);
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

    /** Whether an operation is the {@code pull} of Jolokia's store, which returns a client's own notifications. */
    private static boolean isNotificationPull(ObjectName name, String operation) {
        return name.getDomain().equals(JolokiaAgent.DOMAIN)
                && NOTIFICATION_STORE.equals(name.getKeyProperty("type"))
                && (operation.equals("pull") || operation.startsWith("pull("));
    }
}
