package app.rodmena.auth.operators;

import java.net.InetAddress;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Whether a request over HTTP is meant for this server and from no page of another site. Browsers say where a page is
 * from; other clients say nothing, and are let through. Stateless.
 */
public final class Sender {
    private static final Set<String> OWN_SITE = Set.of("same-origin", "none");

    private Sender() {}

    /**
     * Looks at a request's headers.
     *
     * @param here the address the request came to
     * @param header all values of a header; empty, never null, where there is none
     * @return why the request must be turned away; empty if it need not
     */
    public static Optional<String> objection(
            HostNames names, InetAddress here, Function<String, ? extends List<String>> header) {
        List<String> hosts = header.apply("Host");
        if (hosts.size() != 1 || !names.isUs(hosts.get(0), here)) {
            return Optional.of("that Host is not this server");
        }
        for (String sender : List.of("Origin", "Referer")) {
            for (String origin : header.apply(sender)) {
                if (!hosts.get(0).strip().equalsIgnoreCase(authority(origin))) {
                    return Optional.of("that %s is not this server".formatted(sender));
                }
            }
        }
        if (!OWN_SITE.containsAll(header.apply("Sec-Fetch-Site"))) {
            return Optional.of("the request is from a page of another site");
        }
        return Optional.empty();
    }

    /** Nothing for {@code null}, which is what a page says that is from anywhere. */
    private static String authority(String origin) {
        try {
            String authority = URI.create(origin.strip()).getRawAuthority();
            return authority == null ? "" : authority;
        } catch (IllegalArgumentException e) {
            return "";
        }
    }
}
