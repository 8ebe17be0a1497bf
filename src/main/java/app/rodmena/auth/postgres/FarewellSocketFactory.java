package app.rodmena.auth.postgres;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import javax.net.SocketFactory;

/** Makes {@link FarewellSocket}s. Public because pgjdbc creates it by its class name. */
public final class FarewellSocketFactory extends SocketFactory {
    @Override
    public Socket createSocket() {
        return new FarewellSocket();
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
        Socket socket = new FarewellSocket();
        socket.connect(address);
        return socket;
    }
}
