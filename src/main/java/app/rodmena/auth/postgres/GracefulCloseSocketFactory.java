package app.rodmena.auth.postgres;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketOption;
import java.util.Map;
import javax.net.SocketFactory;
import jdk.net.ExtendedSocketOptions;

/**
 * Creates {@link GracefulCloseSocket}s with TCP keep-alive: if a host disappears, a wait for its response ends within
 * about a minute, also where no timeout applies, for example in a migration. Public because pgjdbc creates it by its
 * class name.
 */
public final class GracefulCloseSocketFactory extends SocketFactory {
    /** Three probes, 10 s apart, after 30 s without data. The operating system's default is two hours. */
    private static final Map<SocketOption<Integer>, Integer> KEEPALIVE_OPTIONS = Map.of(
            ExtendedSocketOptions.TCP_KEEPIDLE, 30,
            ExtendedSocketOptions.TCP_KEEPINTERVAL, 10,
            ExtendedSocketOptions.TCP_KEEPCOUNT, 3);

    /** The last socket created by a login on this thread; pgjdbc does not expose a connection's socket. */
    private static final ThreadLocal<GracefulCloseSocket> LAST = new ThreadLocal<>();

    @Override
    public Socket createSocket() throws IOException {
        GracefulCloseSocket socket = new GracefulCloseSocket();
        socket.setKeepAlive(true);
        for (var option : KEEPALIVE_OPTIONS.entrySet()) {
            if (socket.supportedOptions().contains(option.getKey())) {
                socket.setOption(option.getKey(), option.getValue());
            }
        }
        LAST.set(socket);
        return socket;
    }

    /** Returns and forgets the last socket created on this thread. */
    static GracefulCloseSocket takeLast() {
        GracefulCloseSocket last = LAST.get();
        LAST.remove();
        return last;
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return createSocket(InetAddress.getByName(host), port);
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        Socket socket = createSocket();
        socket.connect(new InetSocketAddress(host, port));
        return socket;
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        return createSocket(host, port);
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort) throws IOException {
        return createSocket(host, port);
    }
}
