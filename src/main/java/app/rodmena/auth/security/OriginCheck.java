package app.rodmena.auth.security;

import java.net.InetAddress;
import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Refuses HTTP requests to another host name and requests from pages of another site, against DNS rebinding and
 * cross-site request forgery. Browsers send the origin of a page; requests without it are accepted. Immutable.
 */
public final class OriginCheck {
    private static final Set<String> SAME_SITE = Set.of("same-origin", "none");

    private final Set<String> hostNames;

    /**
     * @param additional the names of this server besides localhost: the configured host and those of the certificate
     */
    OriginCheck(Set<String> additional) {
        Set<String> all = new HashSet<>(additional);
        all.add("localhost");
        hostNames = Set.copyOf(all);
    }

    /**
     * Checks a request's headers.
     *
     * @param localAddress the local address that received the request
     * @param header returns all values of a header; an empty list, never null, if it is missing
     * @return the reason for a refusal; empty if the request is accepted
     */
    public Optional<String> refusalReason(InetAddress localAddress, Function<String, ? extends List<String>> header) {
        List<String> hosts = header.apply("Host");
        if (hosts.size() != 1 || !isThisServer(hosts.get(0), localAddress)) {
            return Optional.of("the Host header does not name this server");
        }
        for (String headerName : List.of("Origin", "Referer")) {
            for (String origin : header.apply(headerName)) {
                if (!hosts.get(0).strip().equalsIgnoreCase(authority(origin))) {
                    return Optional.of("the %s header does not name this server".formatted(headerName));
                }
            }
        }
        if (!SAME_SITE.containsAll(header.apply("Sec-Fetch-Site"))) {
            return Optional.of("the request is from a page of another site");
        }
        return Optional.empty();
    }

    /**
     * Whether a Host header names this server.
     *
     * @param host with or without a port; the port is ignored, because a port forwarding may use another one
     * @param localAddress the local address that received the request; it is always accepted as a name
     */
    private boolean isThisServer(String host, InetAddress localAddress) {
        String name = withoutPort(host.strip()).toLowerCase(Locale.ROOT);
        return hostNames.contains(name)
                || hostNames.contains(name.replaceFirst("^[^.]+", "*")) // A wildcard of the certificate
                || name.equals(localAddress.getHostAddress().split("%", 2)[0]) // Without the zone
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

    /** Empty for the text {@code null}, which browsers send for a page with an opaque origin. */
    private static String authority(String origin) {
        try {
            String authority = URI.create(origin.strip()).getRawAuthority();
            return authority == null ? "" : authority;
        } catch (IllegalArgumentException e) {
            return "";
        }
    }
}
