package app.rodmena.auth.database;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** The default instance name: host-pid, in the characters and the length that PostgreSQL can show. */
public final class InstanceName {
    private static final int MAX_LENGTH = 40;

    private InstanceName() {}

    public static String ofThisProcess() {
        return of(hostName(), ProcessHandle.current().pid());
    }

    /** Joins the host's first label and the pid; truncates the label, never the pid. */
    public static String of(String host, long pid) {
        String label = host.split("\\.", 2)[0].replaceAll("[^A-Za-z0-9_-]", "-");
        String suffix = "-" + pid;
        String name = label.isEmpty() ? "host" : label;
        return name.substring(0, Math.min(name.length(), MAX_LENGTH - suffix.length())) + suffix;
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
