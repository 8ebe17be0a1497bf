package app.rodmena.auth.testing;

import app.rodmena.auth.postgres.DatabaseTarget;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A way to a PostgreSQL that a test can shut and open, as if the server were gone and came back. Shut, it refuses
 * connections and has cut those it had.
 */
public final class Door implements AutoCloseable {
    private final InetSocketAddress behind;
    private final DatabaseTarget target;
    private final int port;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private ServerSocket server;

    private Door(DatabaseTarget target, int port) {
        URI uri = URI.create(target.jdbcUrl().substring("jdbc:".length()));
        this.behind = new InetSocketAddress(uri.getHost(), uri.getPort());
        this.port = port;
        this.target = new DatabaseTarget(
                "jdbc:postgresql://127.0.0.1:%d%s".formatted(port, uri.getPath()), target.user(), target.password());
    }

    /** A door that is shut. */
    public static Door to(DatabaseTarget target) throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new Door(target, probe.getLocalPort());
        }
    }

    /** The database as it is reached through this door. */
    public DatabaseTarget target() {
        return target;
    }

    public synchronized void open() throws IOException {
        server = new ServerSocket();
        server.setReuseAddress(true);
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        ServerSocket listening = server;
        start(() -> accept(listening));
    }

    public synchronized void shut() throws IOException {
        if (server != null) {
            server.close();
            server = null;
        }
        for (Socket socket : sockets) {
            socket.close();
        }
        sockets.clear();
    }

    @Override
    public void close() throws IOException {
        shut();
    }

    private void accept(ServerSocket listening) {
        while (!listening.isClosed()) {
            try {
                Socket client = listening.accept();
                Socket postgres = new Socket();
                postgres.connect(behind);
                sockets.add(client);
                sockets.add(postgres);
                start(() -> pump(client, postgres));
                start(() -> pump(postgres, client));
            } catch (IOException e) {
                // Shut, or nobody is behind it.
            }
        }
    }

    private static void pump(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            // One side is gone, and so is the other now.
        }
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "door");
        thread.setDaemon(true);
        thread.start();
    }
}
