package app.rodmena.auth;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** What a process is called when nobody named it: host-pid, in the letters and the length that PostgreSQL can show. */
final class InstanceName {
    private static final int LONGEST = 40;

    private InstanceName() {}

    static String ofThisProcess() {
        return of(hostName(), ProcessHandle.current().pid());
    }

    /** The host's first label, cut so that the pid is always whole. */
    static String of(String host, long pid) {
        String label = host.split("\\.", 2)[0].replaceAll("[^A-Za-z0-9_-]", "-");
        String suffix = "-" + pid;
        String name = label.isEmpty() ? "host" : label;
        return name.substring(0, Math.min(name.length(), LONGEST - suffix.length())) + suffix;
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
