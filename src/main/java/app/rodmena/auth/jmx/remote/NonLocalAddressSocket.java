package app.rodmena.auth.jmx.remote;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A socket that reports a reserved address as its peer. The RMI registry lets every process on this machine rebind
 * names: such a process could replace the connector by its own and collect operators' passwords. The registry
 * recognizes local clients by their address, so each socket reports a unique address of 240.0.0.0/8 (reserved) instead.
 * {@link #realAddress} returns the real one. Thread-safe.
 */
final class NonLocalAddressSocket extends Socket {
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

    /** The number of open sockets. */
    static int openCount() {
        return REAL_ADDRESSES.size();
    }

    /** The real address of a client, by the host that RMI reports. */
    static String realAddress(String clientHost) {
        return REAL_ADDRESSES.getOrDefault(clientHost, "unknown");
    }

    /** The reserved address. */
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
