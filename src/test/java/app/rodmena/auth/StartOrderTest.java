package app.rodmena.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.rodmena.auth.cli.CommandLines;
import app.rodmena.auth.postgres.Secret;
import app.rodmena.auth.settings.ResolvedSettings;
import app.rodmena.auth.settings.ServerConfigReader;
import app.rodmena.auth.testing.AuthProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a start that cannot succeed leaves behind, and which files a start says that it uses. */
class StartOrderTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"--port", "--admin-port", "--jolokia-port", "--jmx-port"})
    void aPortInUseIsFoundBeforePostgresIsStarted(String flag) throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String[] flags = Stream.of("--port", "--admin-port", "--jolokia-port", "--jmx-port")
                    .map(port -> port + "=" + (port.equals(flag) ? taken.getLocalPort() : 0))
                    .toArray(String[]::new);
            ServerConfig config = config(flags);

            assertThatThrownBy(() -> AuthServer.start(config))
                    .isInstanceOf(IOException.class)
                    .hasMessageContainingAll("127.0.0.1:" + taken.getLocalPort(), flag);
        }
        assertThat(directory.resolve("data")).doesNotExist();
    }

    @Test
    void twoListenersOnOnePortAreFoundBeforePostgresIsStarted() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        ServerConfig config = config("--port=" + port, "--admin-port=" + port, "--jolokia-port=0", "--jmx-port=0");

        assertThatThrownBy(() -> AuthServer.start(config))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("--admin-port");
        assertThat(directory.resolve("data")).doesNotExist();
    }

    @Test
    void incidentsAreKeptInTheDataDirectoryUnlessAnotherIsGiven() {
        Path data = directory.resolve("data");

        assertThat(config().incidents().directory()).contains(data.resolve("incidents"));
        assertThat(config("--incidents-dir=/elsewhere").incidents().directory()).contains(Path.of("/elsewhere"));
        assertThat(config("--incidents-dir=off").incidents().directory()).isEmpty();
    }

    @Test
    void aStartSaysWhichFilesItUsesAndWhetherTheyWereFound() throws Exception {
        try (AuthProcess first =
                AuthProcess.start(directory, Map.of(), "--port=0").awaitStart()) {
            assertThat(files(first))
                    .containsPattern("data-dir +" + directory.toRealPath() + "/data +new")
                    .containsPattern("operators +" + directory.toRealPath() + "/operators +not found")
                    .containsPattern("incidents-dir +" + directory.toRealPath() + "/data/incidents +new");
        }
        try (AuthProcess second =
                AuthProcess.start(directory, Map.of(), "--port=0").awaitStart()) {
            assertThat(files(second)).containsPattern("data-dir +" + directory.toRealPath() + "/data +found");
        }
    }

    private static String files(AuthProcess process) {
        return process.out().substring(process.out().indexOf("\nFiles\n"));
    }

    private ServerConfig config(String... flags) {
        ResolvedSettings settings = CommandLines.settings(
                Map.of("AUTH_DATA_DIR", directory.resolve("data").toString()), flags);
        return new ServerConfigReader(settings).read(Secret.NONE);
    }
}
