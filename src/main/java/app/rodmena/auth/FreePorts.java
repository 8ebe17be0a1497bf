package app.rodmena.auth;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalInt;

/**
 * Whether the addresses of all listeners can be bound, to be known before PostgreSQL is started and its tables are
 * migrated. Nothing stays bound: until the listeners are there, clients are refused rather than kept waiting.
 */
final class FreePorts {
    private FreePorts() {}

    /** @throws IOException naming the address and the settings if one cannot be bound */
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

    /** All stay bound until the last is, so that two listeners on one port are found as well. */
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
