package app.rodmena.auth.wire;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * How many file descriptors this process may have open, and how its listeners share them. Where none is left, no
 * listener can accept, no connection to the database can be opened and no file be written; so the listeners together
 * get less than there are.
 */
public final class DescriptorLimit {
    /** For what is opened while the server runs: classes, logs, incidents, selectors, a PostgreSQL of its own. */
    private static final int RESERVE = 40;

    /** What the smallest server has open, beside its connections to the database. */
    private static final int SMALLEST = 116;

    private static final int MIN_CLIENTS = 16;
    private static final int MIN_OPERATORS = 8;
    private static final int MAX_OPERATORS = 500;

    /** The admin listener, Jolokia and remote JMX. */
    private static final int LISTENERS_FOR_OPERATORS = 3;

    private DescriptorLimit() {}

    /** What the operating system allows; the largest number where it does not tell. */
    public static long max() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                ? system.getMaxFileDescriptorCount()
                : Long.MAX_VALUE;
    }

    /** What a server needs at least that may open so many connections to the database. */
    public static int needed(int databaseConnections) {
        return SMALLEST + databaseConnections;
    }

    /** Connections that each listener for operators may have open. */
    public static int operatorConnections() {
        return (int) Math.max(MIN_OPERATORS, Math.min(MAX_OPERATORS, max() / 16));
    }

    /**
     * Connections that the API may have open, beside what is open now.
     *
     * @param wanted not more than that
     * @param databaseConnections that may be opened
     */
    public static int clients(int wanted, int databaseConnections) {
        long left =
                max() - open() - RESERVE - databaseConnections - (long) LISTENERS_FOR_OPERATORS * operatorConnections();
        return (int) Math.min(wanted, Math.max(MIN_CLIENTS, left));
    }

    private static long open() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                ? system.getOpenFileDescriptorCount()
                : 0;
    }
}
