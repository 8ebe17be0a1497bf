package app.rodmena.auth.database;

import app.rodmena.auth.common.InvalidSettingException;
import app.rodmena.auth.pool.PoolSettings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/** The application_name of a process's sessions in pg_stat_activity, which contains the process's instance name. */
public record ApplicationName(String instance) {
    private static final String PREFIX = "auth/";

    private static final int MAX_INSTANCE_LENGTH = 40;

    /**
     * PostgreSQL truncates application_name to 63 bytes, and quotes would have to be escaped in every tool that shows
     * the name.
     */
    private static final Pattern INSTANCE = Pattern.compile("[A-Za-z0-9_.-]{1,%s}".formatted(MAX_INSTANCE_LENGTH));

    /** Throws an {@link InvalidSettingException} if the instance name is invalid. */
    public static void requireInstance(String name) {
        InvalidSettingException.require(
                INSTANCE.matcher(name).matches(),
                "instance",
                "'" + name + "'",
                "must be 1 to %s of the characters A-Z a-z 0-9 _ . -".formatted(MAX_INSTANCE_LENGTH));
    }

    /** The default instance name: host and pid. */
    public static String defaultInstance() {
        String host;
        try {
            host = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            host = "localhost";
        }
        return instanceOf(host, ProcessHandle.current().pid());
    }

    /** Joins the host's first label and the pid; truncates the label, never the pid. */
    public static String instanceOf(String host, long pid) {
        String label = host.split("\\.", 2)[0].replaceAll("[^A-Za-z0-9_-]", "-");
        String suffix = "-" + pid;
        String name = label.isEmpty() ? "host" : label;
        return name.substring(0, Math.min(name.length(), MAX_INSTANCE_LENGTH - suffix.length())) + suffix;
    }

    /** The sessions of the pool: {@code auth/<instance>}. */
    public String pool() {
        return PREFIX + instance;
    }

    /** {@code auth/<instance>/<P>+<O>}, so that pg_stat_activity alone shows the fleet and its maxima. */
    String monitor(PoolSettings settings) {
        return "%s/%s+%s".formatted(pool(), settings.poolSize(), settings.maxOverflow());
    }

    String migration() {
        return pool() + "/migration";
    }

    /** Whether it is a session of this process beside the pool, such as the monitor's. */
    public boolean isBesidePool(String name) {
        return name.startsWith(pool() + "/");
    }

    /** Whether it is a session of this server, of any instance. */
    public static boolean isOfFleet(String name) {
        return name.startsWith(PREFIX);
    }
}
