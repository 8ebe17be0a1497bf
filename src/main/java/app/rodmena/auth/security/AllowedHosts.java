package app.rodmena.auth.security;

import java.net.InetAddress;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * The host names of this server. A request with another name in its Host header may come from a DNS rebinding attack
 * and is refused. Immutable.
 */
public final class AllowedHosts {
    private final Set<String> names;

    /** @param additional the configured host name and the names of the certificate */
    AllowedHosts(Set<String> additional) {
        Set<String> all = new HashSet<>(additional);
        all.add("localhost");
        names = Set.copyOf(all);
    }

    /**
     * Whether a Host header names this server.
     *
     * @param host with or without a port; the port is ignored, because a port forwarding may use another one
     * @param localAddress the local address that received the request; it is always accepted as a name
     */
    public boolean matches(String host, InetAddress localAddress) {
        String name = withoutPort(host.strip()).toLowerCase(Locale.ROOT);
        return names.contains(name)
                || names.contains(name.replaceFirst("^[^.]+", "*")) // A wildcard of the certificate
                || name.equals(withoutZone(localAddress))
                || (localAddress.isLoopbackAddress() && (name.equals("127.0.0.1") || name.equals("::1")));
    }

    private static String withoutPort(String host) {
        if (host.startsWith("[")) {
            int end = host.indexOf(']');
            return end < 0 ? host : host.substring(1, end);
        }
        int colon = host.indexOf(':');
        return colon < 0 ? host : host.substring(0, colon);
    }

    private static String withoutZone(InetAddress address) {
        String text = address.getHostAddress();
        int zone = text.indexOf('%');
        return zone < 0 ? text : text.substring(0, zone);
    }
}
