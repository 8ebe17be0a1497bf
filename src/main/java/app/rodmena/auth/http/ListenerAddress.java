package app.rodmena.auth.http;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Formats the addresses of this process's listeners. */
public final class ListenerAddress {
    private ListenerAddress() {}

    /** The host and port for a client on this machine; 127.0.0.1 if the server listens on all addresses. */
    public static String forClient(InetSocketAddress address) {
        InetAddress resolved = address.getAddress();
        if (resolved == null || resolved.isAnyLocalAddress()) {
            return (resolved == null ? address.getHostString() : "127.0.0.1") + ":" + address.getPort();
        }
        String host = resolved.getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }
}
