package app.rodmena.auth;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalInt;

/**
 * Checks that the addresses of all listeners can be bound, before PostgreSQL is started and its tables are migrated.
 * Unbinds them again: until the listeners start, clients' connections are refused instead of waiting.
 */
final class FreePorts {
    private FreePorts() {}

    /** @throws IOException if an address cannot be bound; the message names the address and the settings */
    static void require(ServerConfig config) throws IOException {
        Deque<ServerSocket> bound = new ArrayDeque<>();
        try {
            bind(
                    bound,
                    Setting.HOST,
                    config.http().host(),
                    Setting.PORT,
                    OptionalInt.of(config.http().port()));
            String host = config.remote().host();
            bind(
                    bound,
                    Setting.ADMIN_HOST,
                    host,
                    Setting.ADMIN_PORT,
                    config.remote().adminPort());
            bind(
                    bound,
                    Setting.ADMIN_HOST,
                    host,
                    Setting.JOLOKIA_PORT,
                    config.remote().jolokiaPort());
            bind(
                    bound,
                    Setting.ADMIN_HOST,
                    host,
                    Setting.JMX_PORT,
                    config.remote().jmxPort());
        } finally {
            for (ServerSocket socket : bound) {
                socket.close();
            }
        }
    }

    /** Keeps each address bound until all are checked, which also detects two listeners on one port. */
    private static void bind(
            Deque<ServerSocket> bound, Setting hostSetting, String host, Setting portSetting, OptionalInt port)
            throws IOException {
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
                    "can't listen on %s:%s (%s and %s): %s"
                            .formatted(host, port.getAsInt(), hostSetting.flag(), portSetting.flag(), e.getMessage()),
                    e);
        }
    }
}
