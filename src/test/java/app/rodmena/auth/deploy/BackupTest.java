package app.rodmena.auth.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.testing.AuthProcess;
import app.rodmena.auth.testing.Documentation;
import app.rodmena.auth.testing.Program;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of the page on backup. */
class BackupTest {
    @TempDir
    Path directory;

    @Test
    void aServerStartsOnACopyOfTheDataDirectory() throws Exception {
        String key = UUID.randomUUID().toString();
        try (AuthProcess server = start("data")) {
            assertThat(server.ask("POST", "/api/role/kept", key).join().statusCode())
                    .isEqualTo(200);
            server.terminate();
            assertThat(server.awaitEnd()).isZero();
        }
        List<String> commands = Documentation.blocks("sh");
        assertThat(commands).hasSize(1);

        assertThat(Program.run(
                        directory, "cd '%s'\n%s".formatted(directory, commands.get(0)), List.of("/bin/sh", "-e")))
                .isBlank();

        try (AuthProcess server = start("backup")) {
            assertThat(server.ask("GET", "/api/roles", key).join().body()).contains("\"kept\"");
        }
    }

    private AuthProcess start(String data) throws Exception {
        return AuthProcess.start(directory, Map.of(), "--port=0", "--data-dir=" + directory.resolve(data))
                .awaitStart();
    }
}
