package app.rodmena.auth.postgres;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import javax.net.SocketFactory;

/** Makes {@link FarewellSocket}s. Public because pgjdbc creates it by its class name. */
public final class FarewellSocketFactory extends SocketFactory {
    /** The last socket that a login on this thread has made; pgjdbc does not show a connection's socket. */
    private static final ThreadLocal<FarewellSocket> LAST = new ThreadLocal<>();

    @Override
    public Socket createSocket() {
        return make();
    }

    /** The last socket made on this thread, once. */
    static FarewellSocket takeLast() {
        FarewellSocket last = LAST.get();
        LAST.remove();
        return last;
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return connect(new InetSocketAddress(host, port));
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return connect(new InetSocketAddress(host, port));
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        return createSocket(host, port);
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort) throws IOException {
        return createSocket(host, port);
    }

    private static Socket connect(InetSocketAddress address) throws IOException {
        Socket socket = make();
        socket.connect(address);
        return socket;
    }

    private static FarewellSocket make() {
        FarewellSocket socket = new FarewellSocket();
        LAST.set(socket);
        return socket;
    }
}
