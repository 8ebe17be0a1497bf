package app.rodmena.auth.remote;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A connection that says it comes from nowhere. The RMI registry lets whoever is on this machine put a server of their
 * own in the place of ours, and get the operators' passwords. It knows them by their address; so it is told one of a
 * range that belongs to nobody (240.0.0.0/4), for each connection another, by which {@link #realAddress} finds the real
 * one for those who may know.
 */
final class StrangerSocket extends Socket {
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final int RANGE = 240;
    private static final Map<String, String> REAL = new ConcurrentHashMap<>();

    private final InetAddress alias = nextAlias();

    private static InetAddress nextAlias() {
        int number = COUNT.getAndIncrement();
        byte[] address = {(byte) RANGE, (byte) (number >> 16), (byte) (number >> 8), (byte) number};
        try {
            return InetAddress.getByAddress(address);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    /** To be called when it is connected. */
    void remember() {
        REAL.put(alias.getHostAddress(), super.getInetAddress().getHostAddress());
    }

    /** How many are open now. */
    static int open() {
        return REAL.size();
    }

    /** Where a connection is really from, of what RMI knows as its client's host. */
    static String realAddress(String clientHost) {
        return REAL.getOrDefault(clientHost, "somewhere");
    }

    /** An address that can't be this machine's. */
    @Override
    public InetAddress getInetAddress() {
        return alias;
    }

    @Override
    public synchronized void close() throws IOException {
        REAL.remove(alias.getHostAddress());
        super.close();
    }
}
