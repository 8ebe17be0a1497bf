package app.rodmena.auth.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.testing.AuthProcess;
import app.rodmena.auth.testing.Documentation;
import app.rodmena.auth.testing.PostgresServer;
import app.rodmena.auth.testing.Program;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of the page on backup. */
class BackupTest {
    /** The password in the page's commands. */
    private static final String PASSWORD = "secret";

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

        run(commands().get(0));

        try (AuthProcess server = start("backup")) {
            assertThat(server.ask("GET", "/api/roles", key).join().body()).contains("\"kept\"");
        }
    }

    @Test
    void anExternalPostgresIsDumpedRestoredAndCopied() throws Exception {
        try (PostgresServer db1 = PostgresServer.startInstalled(directory);
                PostgresServer db2 = PostgresServer.startInstalled(directory)) {
            db1.execute(
                    "postgres",
                    "create role auth login password '%s'".formatted(PASSWORD),
                    "create database auth owner auth");
            String key = UUID.randomUUID().toString();
            try (AuthProcess server = start(db1)) {
                assertThat(server.ask("POST", "/api/role/kept", key).join().statusCode())
                        .isEqualTo(200);
                for (String command : commands().subList(1, 4)) {
                    run("export PGPASSWORD=%s\n%s"
                            .formatted(
                                    PASSWORD,
                                    command.replace("db1 -p 5432", "127.0.0.1 -p " + db1.port())
                                            .replace("db2 -p 5432", "127.0.0.1 -p " + db2.port())));
                }
            }
            assertRoleIsKept(db2, key);
            try (PostgresServer copy = db1.startCopy(directory.resolve("auth.base"))) {
                assertRoleIsKept(copy, key);
            }
        }
    }

    private void assertRoleIsKept(PostgresServer postgres, String key) throws Exception {
        try (AuthProcess server = start(postgres)) {
            await().untilAsserted(() -> assertThat(
                            server.ask("GET", "/api/roles", key).join().body())
                    .contains("\"kept\""));
        }
    }

    /** The command blocks of the page: the copy of the data directory, pg_dump, pg_restore, pg_basebackup. */
    private static List<String> commands() throws IOException {
        List<String> commands = Documentation.blocks("sh");
        assertThat(commands).hasSize(4);
        return commands;
    }

    private void run(String commands) throws Exception {
        String script = "set -e\ncd '%s'\n%s\necho completed\n".formatted(directory, commands);
        assertThat(Program.run(directory, script, List.of("/bin/sh"))).endsWith("completed\n");
    }

    private AuthProcess start(PostgresServer postgres) throws Exception {
        return AuthProcess.start(
                        directory,
                        Map.of(),
                        "--port=0",
                        "--database-url=postgresql://auth:%s@127.0.0.1:%d/auth".formatted(PASSWORD, postgres.port()))
                .awaitStart();
    }

    private AuthProcess start(String data) throws Exception {
        return AuthProcess.start(directory, Map.of(), "--port=0", "--data-dir=" + directory.resolve(data))
                .awaitStart();
    }
}
