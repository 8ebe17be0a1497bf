package app.rodmena.auth.load;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;

/**
 * The server that load is put on.
 *
 * @param uri {@code http://host:port}, nothing behind it
 * @param addresses all that the host's name stands for; the first is used
 */
public record Target(URI uri, List<InetAddress> addresses) {
    private static final int HTTP_PORT = 80;

    public Target {
        addresses = List.copyOf(addresses);
    }

    /**
     * Reads a URL and looks its host up.
     *
     * @throws IllegalArgumentException if it can't be one, or its host is unknown; the message says what can, and
     *     repeats nothing of it but the host
     */
    public static Target parse(String url) {
        URI uri;
        try {
            uri = new URI(url).parseServerAuthority();
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("must be a URL, as http://127.0.0.1:4000", e);
        }
        if ("https".equals(uri.getScheme())) {
            throw new IllegalArgumentException("must be http://: the server itself speaks no TLS");
        }
        if (!"http".equals(uri.getScheme()) || uri.getHost() == null) {
            throw new IllegalArgumentException("must be http://HOST:PORT, as http://127.0.0.1:4000");
        }
        boolean bare = uri.getRawPath().isEmpty() || uri.getRawPath().equals("/");
        if (!bare || uri.getRawQuery() != null || uri.getRawFragment() != null || uri.getRawUserInfo() != null) {
            throw new IllegalArgumentException("must be http://HOST:PORT and no more: --mix says what is asked");
        }
        try {
            return new Target(
                    URI.create("http://" + uri.getRawAuthority()),
                    Arrays.asList(InetAddress.getAllByName(uri.getHost())));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("there is no host " + uri.getHost(), e);
        }
    }

    /** Whether it can be no other machine. */
    public boolean isLoopback() {
        return addresses.stream().allMatch(InetAddress::isLoopbackAddress);
    }

    /** As in the header {@code Host}. */
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
