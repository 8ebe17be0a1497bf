package app.rodmena.auth.jmx.remote;

import app.rodmena.auth.http.DescriptorLimit;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.rmi.server.RMIServerSocketFactory;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;

/**
 * Listens for RMI on one address instead of all, with TLS if configured. One object per connector, because RMI shares a
 * port among the objects exported with the same factory. Thread-safe.
 */
final class RmiSocketFactory implements RMIServerSocketFactory, AutoCloseable {
    private static final int BACKLOG = 50;

    private final InetAddress address;
    private final Optional<SSLContext> tls;
    private ServerSocket serverSocket;

    RmiSocketFactory(InetAddress address, Optional<SSLContext> tls) {
        this.address = address;
        this.tls = tls;
    }

    @Override
    public synchronized ServerSocket createServerSocket(int port) throws IOException {
        if (serverSocket != null) {
            throw new IOException("The port is already open; all exported objects must share it");
        }
        ServerSocket socket = new NonLocalAddressServerSocket(tls);
        try {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(address, port), BACKLOG);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
        serverSocket = socket;
        return socket;
    }

    synchronized InetSocketAddress boundAddress() {
        return (InetSocketAddress) serverSocket.getLocalSocketAddress();
    }

    /** Closes the port, because RMI never closes a port that it chose itself. */
    @Override
    public synchronized void close() throws IOException {
        if (serverSocket != null) {
            serverSocket.close();
        }
    }

    private static final class NonLocalAddressServerSocket extends ServerSocket {
        private final Optional<SSLContext> tls;

        NonLocalAddressServerSocket(Optional<SSLContext> tls) throws IOException {
            this.tls = tls;
        }

        @Override
        public Socket accept() throws IOException {
            NonLocalAddressSocket socket = acceptAny();
            while (NonLocalAddressSocket.openCount() > DescriptorLimit.operatorConnections()) {
                socket.close();
                socket = acceptAny();
            }
            return tls.isPresent() ? secured(tls.get(), socket) : socket;
        }

        private NonLocalAddressSocket acceptAny() throws IOException {
            NonLocalAddressSocket socket = new NonLocalAddressSocket();
            implAccept(socket);
            socket.register();
            return socket;
        }

        /** The TLS handshake happens at the first read, on the connection's own thread. */
        private static Socket secured(SSLContext context, Socket socket) throws IOException {
            InputStream noConsumedBytes = null;
            return context.getSocketFactory().createSocket(socket, noConsumedBytes, true);
        }
    }

    /**
     * A socket that reports a reserved address as its peer. The RMI registry lets every process on this machine rebind
     * names: such a process could replace the connector by its own and collect operators' passwords. The registry
     * recognizes local clients by their address, so each socket reports a unique address of 240.0.0.0/8 (reserved)
     * instead. {@link #realAddress} returns the real one. Thread-safe.
     */
    static final class NonLocalAddressSocket extends Socket {
        private static final AtomicInteger COUNT = new AtomicInteger();
        private static final int RESERVED_RANGE = 240;
        private static final Map<String, String> REAL_ADDRESSES = new ConcurrentHashMap<>();

        private final InetAddress alias = nextAlias();

        private static InetAddress nextAlias() {
            int number = COUNT.getAndIncrement();
            byte[] address = {(byte) RESERVED_RANGE, (byte) (number >> 16), (byte) (number >> 8), (byte) number};
            try {
                return InetAddress.getByAddress(address);
            } catch (UnknownHostException e) {
                throw new IllegalStateException(e);
            }
        }

        /** Records the real address; call it once the socket is connected. */
        void register() {
            REAL_ADDRESSES.put(alias.getHostAddress(), super.getInetAddress().getHostAddress());
        }

        static int openCount() {
            return REAL_ADDRESSES.size();
        }

        /** The real address of a client, by the host that RMI reports. */
        static String realAddress(String clientHost) {
            return REAL_ADDRESSES.getOrDefault(clientHost, "unknown");
        }

        @Override
        public InetAddress getInetAddress() {
            return alias;
        }

        @Override
        public synchronized void close() throws IOException {
            REAL_ADDRESSES.remove(alias.getHostAddress());
            super.close();
        }
    }
}
