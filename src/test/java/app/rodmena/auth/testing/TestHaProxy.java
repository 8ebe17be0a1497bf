package app.rodmena.auth.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.postgres.DatabaseTarget;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** An HAProxy in front of PostgreSQL or of the server. */
public final class TestHaProxy implements AutoCloseable {
    private final int port;
    private final int adminPort;
    private final Program program;

    private TestHaProxy(Path directory, String backend) throws IOException {
        String haproxy = Program.installed("/usr/sbin/haproxy", "haproxy");
        port = Program.freePort();
        adminPort = Program.freePort();
        Path configuration =
                Files.writeString(directory.resolve("haproxy.cfg"), """
                global
                stats socket ipv4@127.0.0.1:%d level admin
                defaults
                mode tcp
                timeout connect 2s
                timeout queue 2s
                timeout client 1h
                timeout server 1h
                listen backends
                bind 127.0.0.1:%d
                %s
                """.formatted(adminPort, port, backend));
        program = Program.start(directory, Map.of(), List.of(haproxy, "-db", "-f", configuration.toString()));
        await().untilAsserted(() ->
                assertThat(Program.isListening(port)).as(program::output).isTrue());
    }

    /**
     * Starts HAProxy.
     *
     * @param backend lines of the configuration, such as {@code server one 127.0.0.1:5432 check}
     */
    public static TestHaProxy start(Path directory, String backend) throws IOException {
        return new TestHaProxy(Files.createTempDirectory(directory, "haproxy"), backend);
    }

    /** The port that HAProxy listens on. */
    public int port() {
        return port;
    }

    /** The same database and login, through HAProxy. */
    public DatabaseTarget target(DatabaseTarget behind) {
        return new DatabaseTarget(
                behind.jdbcUrl().replaceFirst("//.*/", "//127.0.0.1:%d/".formatted(port)),
                behind.user(),
                behind.password());
    }

    /** Runs a command on the stats socket, such as {@code set server backends/one state drain}. */
    public void command(String command) throws IOException {
        assertThat(answer(command)).as(command).isBlank();
    }

    /** Whether HAProxy sends requests to this server: its last health check succeeded. */
    public boolean isUp(String server) throws IOException {
        return answer("show stat -1 4 -1")
                .lines()
                .anyMatch(line -> line.startsWith("backends," + server + ",") && line.contains(",UP,"));
    }

    /** Whether this server has no request of HAProxy. */
    public boolean isIdle(String server) throws IOException {
        // The columns are the proxy, the server, queued requests, their maximum, and current sessions.
        return answer("show stat -1 4 -1")
                .lines()
                .filter(line -> line.startsWith("backends," + server + ","))
                .allMatch(line -> line.split(",", 6)[4].equals("0"));
    }

    private String answer(String command) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), adminPort)) {
            socket.getOutputStream().write((command + "\n").getBytes(UTF_8));
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    @Override
    public void close() {
        program.close();
    }
}
