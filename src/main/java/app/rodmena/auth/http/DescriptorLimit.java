package app.rodmena.auth.http;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.ToLongFunction;

/**
 * The process's limit of file descriptors, and how it is divided among the listeners. Without free descriptors, the
 * process can neither accept connections nor connect to the database nor write files, so a reserve is kept. Stateless.
 */
public final class DescriptorLimit {
    /** For files opened at runtime: classes, logs, incidents, selectors, the embedded PostgreSQL. */
    private static final int RESERVE = 40;

    /** Descriptors of a server with the smallest configuration, without its connections to the database. */
    private static final int BASE_DESCRIPTORS = 116;

    private static final int MIN_CLIENTS = 16;
    private static final int MIN_OPERATOR_CONNECTIONS = 8;
    private static final int MAX_OPERATOR_CONNECTIONS = 500;

    /** The admin listener, Jolokia and remote JMX. */
    private static final int OPERATOR_LISTENERS = 3;

    private DescriptorLimit() {}

    /** The operating system's limit; Long.MAX_VALUE if unknown. */
    public static long max() {
        return number(UnixOperatingSystemMXBean::getMaxFileDescriptorCount, Long.MAX_VALUE);
    }

    private static long number(ToLongFunction<UnixOperatingSystemMXBean> read, long unknown) {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                ? read.applyAsLong(system)
                : unknown;
    }

    /** The minimum limit for a server with a number of connections to the database. */
    public static int required(int databaseConnections) {
        return BASE_DESCRIPTORS + databaseConnections;
    }

    /** The maximum number of connections of each operator listener. */
    public static int operatorConnections() {
        return (int) Math.max(MIN_OPERATOR_CONNECTIONS, Math.min(MAX_OPERATOR_CONNECTIONS, max() / 16));
    }

    /**
     * The maximum number of client connections of the API, given the descriptors that are open now.
     *
     * @param configured the configured maximum, which the result does not exceed
     * @param databaseConnections the maximum number of connections to the database
     */
    public static int maxClients(int configured, int databaseConnections) {
        long open = number(UnixOperatingSystemMXBean::getOpenFileDescriptorCount, 0);
        long remaining =
                max() - open - RESERVE - databaseConnections - (long) OPERATOR_LISTENERS * operatorConnections();
        return (int) Math.min(configured, Math.max(MIN_CLIENTS, remaining));
    }
}
