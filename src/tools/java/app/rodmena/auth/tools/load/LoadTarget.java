package app.rodmena.auth.tools.load;

import app.rodmena.auth.cli.CommandOptions.HiddenValueException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;

/**
 * The server under load.
 *
 * @param uri {@code http://host:port} without a path
 * @param addresses all addresses of the host; the first is used
 */
public record LoadTarget(URI uri, List<InetAddress> addresses) {
    private static final int HTTP_PORT = 80;

    public LoadTarget {
        addresses = List.copyOf(addresses);
    }

    /**
     * Parses a URL and resolves its host.
     *
     * @throws IllegalArgumentException if the URL is invalid or its host is unknown; the message says what is allowed,
     *     and repeats only the host
     */
    public static LoadTarget parse(String url) {
        if (url.contains("@")) {
            throw new HiddenValueException("must not contain a login; --key sets the client key");
        }
        URI uri;
        try {
            uri = new URI(url).parseServerAuthority();
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("must be a URL, as http://127.0.0.1:4000", e);
        }
        if ("https".equals(uri.getScheme())) {
            throw new IllegalArgumentException(
                    "must be http://: the load test measures without TLS, h2load and wrk measure https://");
        }
        if (!"http".equals(uri.getScheme()) || uri.getHost() == null) {
            throw new IllegalArgumentException("must be http://HOST:PORT, as http://127.0.0.1:4000");
        }
        boolean bare = uri.getRawPath().isEmpty() || uri.getRawPath().equals("/");
        if (!bare || uri.getRawQuery() != null || uri.getRawFragment() != null) {
            throw new IllegalArgumentException("must be http://HOST:PORT without a path: --mix selects the requests");
        }
        try {
            return new LoadTarget(
                    URI.create("http://" + uri.getRawAuthority()),
                    Arrays.asList(InetAddress.getAllByName(uri.getHost())));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("unknown host " + uri.getHost(), e);
        }
    }

    public boolean isLoopback() {
        return addresses.stream().allMatch(InetAddress::isLoopbackAddress);
    }

    /** The value of the header {@code Host}. */
    String authority() {
        return uri.getRawAuthority();
    }

    InetSocketAddress address() {
        return new InetSocketAddress(addresses.get(0), uri.getPort() < 0 ? HTTP_PORT : uri.getPort());
    }

    @Override
    public String toString() {
        return uri.toString();
    }
}
