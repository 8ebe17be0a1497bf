package app.rodmena.auth.security;

import java.net.InetAddress;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Refuses HTTP requests to another host name and requests from pages of another site, against DNS rebinding and
 * cross-site request forgery. Browsers send the origin of a page; requests without it are accepted. Stateless.
 */
public final class OriginCheck {
    private static final Set<String> SAME_SITE = Set.of("same-origin", "none");

    private OriginCheck() {}

    /**
     * Checks a request's headers.
     *
     * @param localAddress the local address that received the request
     * @param header returns all values of a header; an empty list, never null, if it is missing
     * @return the reason for a refusal; empty if the request is accepted
     */
    public static Optional<String> refusalReason(
            AllowedHosts allowedHosts, InetAddress localAddress, Function<String, ? extends List<String>> header) {
        List<String> hosts = header.apply("Host");
        if (hosts.size() != 1 || !allowedHosts.matches(hosts.get(0), localAddress)) {
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
