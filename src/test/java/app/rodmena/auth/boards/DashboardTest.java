package app.rodmena.auth.boards;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.ServerConfig;
import app.rodmena.auth.diagnosis.incident.TroubledServer;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.security.OperatorRole;
import app.rodmena.auth.security.OperatorsFile;
import app.rodmena.auth.security.RemoteConfig;
import app.rodmena.auth.testing.MigratedDatabase;
import app.rodmena.auth.testing.Program;
import app.rodmena.auth.testing.TestOperators;
import app.rodmena.auth.testing.TestServer;
import java.io.BufferedReader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The dashboard in a real browser, from well through trouble to well; src/test/browser/dashboard.mjs is who looks. */
class DashboardTest {
    private static final int CALLERS = 8;

    @Test
    void showsAPoolThatIsWellThenInTroubleThenWell(@TempDir Path directory) throws Exception {
        List<String> browser = browser();
        DatabaseTarget target = MigratedDatabase.fresh();
        try (TroubledServer server = new TroubledServer(config(target, directory))) {
            List<String> said = new ArrayList<>();
            AtomicBoolean relieved = new AtomicBoolean();
            Process node = start(browser, server);
            try (BufferedReader out = node.inputReader(UTF_8);
                    Writer in = node.outputWriter(UTF_8);
                    Connection colleague = TroubledServer.otherSession(target)) {
                for (String line = out.readLine(); line != null; line = out.readLine()) {
                    said.add(line);
                    switch (line) {
                        case "EXHAUST" -> {
                            TroubledServer.lock(colleague);
                            String key = UUID.randomUUID().toString();
                            for (int i = 0; i < CALLERS; i++) {
                                writeUntilAnswered(server, key, relieved);
                            }
                            done(in);
                        }
                        case "RELIEVE" -> {
                            relieved.set(true);
                            colleague.rollback();
                            done(in);
                        }
                        case "STOP" -> {
                            server.server.close();
                            done(in);
                        }
                        default -> {}
                    }
                }
                assertThat(node.waitFor(10, TimeUnit.SECONDS)).isTrue();
            } finally {
                node.destroyForcibly();
            }
            assertThat(said).containsExactly("EXHAUST", "RELIEVE", "STOP", "WELL");
        }
    }

    private static void writeUntilAnswered(TroubledServer server, String key, AtomicBoolean relieved) {
        var unused = server.write(key).thenAccept(response -> {
            if (response.statusCode() == 503 && !relieved.get()) {
                writeUntilAnswered(server, key, relieved);
            }
        });
    }

    private static void done(Writer in) throws Exception {
        in.write("done\n");
        in.flush();
    }

    private static List<String> browser() {
        String chromium = Program.installed("/usr/bin/chromium-headless-shell", "chromium-headless-shell");
        Path playwright =
                Path.of("target", "browser", "node_modules", "playwright-core").toAbsolutePath();
        Program.installed(playwright.toString(), "none: npm install --prefix target/browser playwright-core");
        return List.of("node", "src/test/browser/dashboard.mjs", chromium, playwright.toString());
    }

    private static Process start(List<String> browser, TroubledServer server) throws Exception {
        List<String> command = new ArrayList<>(browser);
        command.add(
                "http://127.0.0.1:" + server.server.adminAddress().orElseThrow().getPort());
        command.add(Files.createDirectories(Path.of("target", "screenshots")).toString());
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static ServerConfig config(DatabaseTarget target, Path directory) throws Exception {
        TestOperators.add(directory, "alice", OperatorRole.CONTROL, "the password of alice");
        OperatorsFile operators = TestOperators.add(directory, "bob", OperatorRole.MONITOR, "the password of bob");
        // On a slow machine the page takes longer than the default timeouts to show everything.
        PoolSettings pool = PoolSettings.DEFAULT
                .withSize(2, 1)
                .with(draft -> draft.poolTimeout = Duration.ofSeconds(2))
                .with(draft -> {
                    draft.statementTimeout = Duration.ofMinutes(5);
                    draft.socketTimeout = Duration.ofMinutes(6);
                });
        RemoteConfig admin = RemoteConfig.off()
                .withPorts(OptionalInt.of(0), OptionalInt.empty(), OptionalInt.empty())
                .withOperators(operators);
        return TestServer.config(target).withPool(pool).withRemote(admin);
    }
}
