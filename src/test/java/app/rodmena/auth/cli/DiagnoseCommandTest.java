package app.rodmena.auth.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.ServerConfig;
import app.rodmena.auth.diagnosis.incident.IncidentsConfig;
import app.rodmena.auth.diagnosis.incident.TroubledServer;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.security.OperatorRole;
import app.rodmena.auth.security.OperatorsFile;
import app.rodmena.auth.security.RemoteConfig;
import app.rodmena.auth.testing.MigratedDatabase;
import app.rodmena.auth.testing.TestOperators;
import app.rodmena.auth.testing.TestServer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./run.sh diagnose}, with a running server. */
class DiagnoseCommandTest {
    private static final RemoteConfig ADMIN =
            RemoteConfig.off().withPorts(OptionalInt.of(0), OptionalInt.empty(), OptionalInt.empty());

    @TempDir
    Path directory;

    private record Said(int code, String out, String err) {}

    @Test
    void theExitCodeIsOneWhileALockBlocksThePool() throws Exception {
        DatabaseTarget target = MigratedDatabase.fresh();
        try (TroubledServer server = new TroubledServer(config(target, ADMIN));
                Connection colleague = TroubledServer.otherSession(target)) {
            String url = url(server);
            await().untilAsserted(() -> assertThat(diagnose("--url", url))
                    .satisfies(well -> assertThat(well.out).startsWith("Well: "))
                    .satisfies(well -> assertThat(well.err).isEmpty())
                    .satisfies(well -> assertThat(well.code).isZero()));

            String from = Instant.now().toString(); // Without the start, when the database was not ready.
            int pid = TroubledServer.lock(colleague);
            var blocked =
                    Stream.generate(() -> server.get("/api/roles")).limit(3).toList();
            await().until(() -> server.engine.pool().waiters().size() > 0
                    || server.engine.pool().snapshot().checkedOut() > 0);
            await().untilAsserted(() -> {
                Said trouble = diagnose("--url=" + url);
                assertThat(trouble.code).isEqualTo(1);
                assertThat(trouble.out).contains("LOCK_WAIT", "pid " + pid, "Recommendations, safest first");
            });
            Said json = diagnose("--json", "--url", url);
            assertThat(json.code).isEqualTo(1);
            assertThat(new JsonMapper()
                            .readTree(json.out)
                            .path("holders")
                            .path(0)
                            .path("verdict")
                            .asText())
                    .isEqualTo("LOCK_WAIT");
            await().untilAsserted(() ->
                    assertThat(diagnose("--url", url, "--from", from).out).contains("held by pid " + pid));
            colleague.rollback();
            blocked.forEach(answer -> assertThat(answer.join().statusCode()).isEqualTo(200));

            Said past = diagnose("--url", url, "--from", from);
            assertThat(past.code).isEqualTo(1);
            assertThat(past.out).contains("held by pid " + pid, "Blocking sessions", "Lock relation");
            String minute = DateTimeFormatter.ofPattern("HH:mm").format(LocalTime.now(ZoneId.systemDefault()));
            assertThat(diagnose("--url", url, "--at", minute).out).contains("seconds sampled");
            assertThat(diagnose("--url", url, "--at", "-0s", "--json").out).contains("waitEvents");
            assertThat(diagnose("--url", url, "--at", "-20m").err).contains("the history is kept from ");
            Said malformed = diagnose("--url", url, "--at", "noon");
            assertThat(malformed.code).isEqualTo(2);
            assertThat(malformed.err).contains("at: 'noon'; must be a time").doesNotContain("UTC");
        }
    }

    @Test
    void aServerWithOperatorsRequiresALogin() throws Exception {
        OperatorsFile operators = TestOperators.add(directory, "alice", OperatorRole.MONITOR, "correct horse battery");
        Path password = Files.writeString(directory.resolve("password"), "correct horse battery\n");
        Path wrong = Files.writeString(directory.resolve("wrong"), "incorrect\n");
        try (TroubledServer server =
                new TroubledServer(config(MigratedDatabase.fresh(), ADMIN.withOperators(operators)))) {
            String url = url(server);
            assertFailed(diagnose("--url", url), url + " requires an operator login: use --user NAME");
            assertFailed(
                    diagnose("--url", url, "--user", "alice", "--password-file", wrong.toString()),
                    url + " refused the login: unknown operator or wrong password");
            assertThat(diagnose("--url", url, "--user", "alice", "--password-file", password.toString()).code)
                    .isZero();
        }
    }

    @Test
    void failuresAreOneLineAndExitCodeTwo() throws Exception {
        int nobody;
        try (ServerSocket taken = new ServerSocket(0)) {
            nobody = taken.getLocalPort();
        }
        String url = "http://127.0.0.1:" + nobody;
        assertFailed(
                diagnose("--url", url),
                url + " can't be reached: is the server running, and is that its --admin-port?");
        assertFailed(diagnose("--url", "4001"), "--url: '4001'; must be a URL such as http://127.0.0.1:4001");
        assertFailed(
                diagnose("--url", "http://u:secret@127.0.0.1:4001"),
                "--url must not contain a user or a password; log in with --user");
        assertFailed(diagnose("--uri", "4001"), "--uri is not a flag of ./run.sh diagnose; did you mean --url?");
        assertFailed(diagnose("--password-file", "x"), "--password-file must go with --user");
        assertFailed(
                diagnose(
                        "--user",
                        "a",
                        "--password-file",
                        directory.resolve("none").toString()),
                "--password-file: '%s'; must be a file this process can read, in UTF-8"
                        .formatted(directory.resolve("none")));
        try (TroubledServer server = new TroubledServer(config(MigratedDatabase.fresh(), ADMIN))) {
            String api = "http://127.0.0.1:" + server.server.address().getPort();
            assertFailed(diagnose("--url", api), api + " answered 404: No such path: is that its --admin-port?");
        }
    }

    private static void assertFailed(Said said, String message) {
        assertThat(said.err).isEqualTo("auth: " + message + System.lineSeparator());
        assertThat(said.code).isEqualTo(2);
    }

    private static ServerConfig config(DatabaseTarget target, RemoteConfig remote) {
        return TestServer.config(target)
                .withPool(PoolSettings.DEFAULT.withSize(2, 1))
                .withRemote(remote)
                .withIncidents(new IncidentsConfig(Optional.empty(), Duration.ofMinutes(1), false, false));
    }

    private static String url(TroubledServer server) {
        return "http://127.0.0.1:" + server.server.adminAddress().orElseThrow().getPort();
    }

    private static Said diagnose(String... flags) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        List<String> words =
                Stream.concat(Stream.of("diagnose"), Stream.of(flags)).toList();
        int code = new Main(
                        new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), new ProcessLifecycle())
                .run(words.toArray(String[]::new), Map.of());
        return new Said(code, out.toString(UTF_8), err.toString(UTF_8));
    }
}
