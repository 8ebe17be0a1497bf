package app.rodmena.auth.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalInt;

/** The addresses of this process's listeners: their reservation before the start, and their form for clients. */
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

    /**
     * Reserves the listeners' addresses, to find a port in use before PostgreSQL is started and its tables are
     * migrated. Addresses stay bound until {@link #close}, so that two listeners on one port are detected, too. Not
     * thread-safe.
     */
    public static final class PortReservation implements AutoCloseable {
        private final Deque<ServerSocket> bound = new ArrayDeque<>();

        /**
         * Binds an address.
         *
         * @param flags the flags that set it, for the error message
         * @param port not checked if it is absent, or 0 (any free port)
         * @throws IOException if the address cannot be bound; the message names it and the flags
         */
        public void reserve(String flags, String host, OptionalInt port) throws IOException {
            if (port.isEmpty() || port.getAsInt() == 0) {
                return;
            }
            ServerSocket socket = new ServerSocket();
            bound.push(socket);
            try {
                socket.setReuseAddress(true);
                socket.bind(new InetSocketAddress(host, port.getAsInt()));
            } catch (IOException e) {
                throw new IOException(
                        "cannot listen on %s:%s (%s): %s".formatted(host, port.getAsInt(), flags, e.getMessage()), e);
            }
        }

        /** Unbinds the addresses. Clients that connect before the listeners start are refused; they do not wait. */
        @Override
        public void close() throws IOException {
            for (ServerSocket socket : bound) {
                socket.close();
            }
        }
    }
}
