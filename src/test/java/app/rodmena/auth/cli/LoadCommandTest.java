package app.rodmena.auth.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.testing.AuthProcess;
import app.rodmena.auth.testing.TestPostgres;
import app.rodmena.auth.testing.TestServer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.undertow.Undertow;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ./run.sh load} as a process. */
class LoadCommandTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"roles", "checks", "writes", "all"})
    void everyMixSucceedsAndLeavesNoRole(String mix) throws Exception {
        try (TestServer server = TestServer.start()) {
            Ended ended = load(server, "-n", "300", "-c", "20", "--mix", mix, "--json");

            JsonNode result = new ObjectMapper().readTree(ended.out);
            assertThat(ended.code).as(ended.out).isZero();
            assertThat(result.path("ok").asBoolean()).isTrue();
            assertThat(result.path("rightAnswers").asInt()).isEqualTo(300);
            assertThat(result.path("errors").path("total").asInt()).isZero();
            assertThat(result.path("pool").path("maximum").asInt()).isEqualTo(10);
            assertThat(result.path("pool").path("mostOpen").asInt()).isBetween(1, 10);
            assertThat(liveRows(server.target)).isZero();
        }
    }

    @Test
    void underAGivenKeyOnlyItsOwnDataIsRemoved() throws Exception {
        String key = UUID.randomUUID().toString();
        try (TestServer server = TestServer.start();
                Connection connection = TestPostgres.connect(server.target)) {
            try (var insert =
                    connection.prepareStatement("insert into auth_group (creator, role) values (?, 'theirs')")) {
                insert.setString(1, key);
                insert.execute();
            }

            Ended ended = load(server, "-n", "100", "--mix", "all", "--key", key);

            assertThat(ended.code).as(ended.out).isZero();
            assertThat(ended.out + ended.err).doesNotContain(key);
            assertThat(liveRows(server.target)).isEqualTo(1);
        }
    }

    @Test
    void surgePrintsARowForEachNumberOfClients() throws Exception {
        try (TestServer server = TestServer.start()) {
            Ended ended = load(server, "--surge", "-d", "100ms");

            assertThat(ended.out.lines()).first().asString().startsWith("| clients |");
            assertThat(ended.out).contains("\n| 1 |", "\n| 10 |", "\n| 100 |", "\n| 1,000 |");
        }
    }

    @Test
    void anExhaustedPoolExitsWithOne() throws Exception {
        try (TestServer server = TestServer.start();
                Connection locker = TestPostgres.connect(server.target);
                var statement = locker.createStatement()) {
            locker.setAutoCommit(false);
            statement.execute("lock table auth_group in access exclusive mode");

            Ended ended = load(server, "-d", "4s", "-c", "20", "--timeout", "2s", "--mix", "writes");

            assertThat(ended.code).isEqualTo(1);
            assertThat(ended.out)
                    .contains("not answered in time")
                    .contains("not ok  checked_out not pinned at the maximum: checked_out")
                    .contains("not ok  all connections returned afterwards: checked_out was not 0 within 5 s");
            assertThat(ended.err).contains("could not be removed");
        }
    }

    @Test
    void whoNeverGetsTheirTurnIsCounted() throws Exception {
        try (TestServer server = TestServer.start();
                Connection locker = TestPostgres.connect(server.target);
                var statement = locker.createStatement()) {
            locker.setAutoCommit(false);
            statement.execute("lock table auth_group in access exclusive mode");

            Ended ended = load(
                    server,
                    "-n",
                    "50",
                    "--rate",
                    "50",
                    "-c",
                    "1",
                    "--warm-up",
                    "0s",
                    "--timeout",
                    "1s",
                    "--mix",
                    "writes");

            assertThat(ended.code).isEqualTo(1);
            assertThat(ended.out).contains("due but never sent");
        }
    }

    @Test
    void onASignalItPrintsTheResultsAndRemovesItsData() throws Exception {
        try (TestServer server = TestServer.start();
                AuthProcess process = AuthProcess.start(
                        directory,
                        Map.of("AUTH_LOAD_URL", url(server)),
                        "load",
                        "-d",
                        "10m",
                        "-c",
                        "4",
                        "--mix",
                        "all")) {
            await().atMost(60, TimeUnit.SECONDS)
                    .until(() -> server.server.metrics().requests().responseCounts().stream()
                            .anyMatch(answers -> answers.route().contains("has_permission") && answers.count() > 20));

            process.terminate();

            assertThat(process.awaitEnd()).isEqualTo(130);
            assertThat(process.out())
                    .startsWith("Stopped early; the results up to then:")
                    .contains("Latency     p50");
            assertThat(liveRows(server.target)).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--url https://127.0.0.1:4000",
                "--url ftp://127.0.0.1:4000",
                "--url http://127.0.0.1:4000/api/roles",
                "--url http://me:secret@127.0.0.1:4000",
                "--url 127.0.0.1:4000",
                "--url http://192.0.2.7:4000",
                "--url http://no.such.host.invalid:4000",
                "-n 0",
                "-n many",
                "-n 10 -d 10s",
                "-d 10",
                "-d 0s",
                "-c 0",
                "-c 10001",
                "--rate 0",
                "--rate -5",
                "--mix everything",
                "--timeout 0s",
                "--key 1234",
                "--surge -c 10",
                "--rat 10",
                "hello"
            })
    void anInvalidCommandLineIsOneLineAndExitCodeTwo(String words) {
        Ended ended = run(Map.of(), words.split(" "));

        assertThat(ended.code).as(ended.err).isEqualTo(2);
        assertThat(ended.out).isEmpty();
        assertThat(ended.err).startsWith("auth: ").hasLineCount(1).doesNotContain("secret@", "1234");
    }

    @Test
    void anotherMachineRequiresAFlag() {
        assertThat(run(Map.of(), "--url", "http://192.0.2.7:4000").err).contains("--yes-this-is-my-server");
    }

    @Test
    void anInvalidVariableIsNamed() {
        assertThat(run(Map.of("AUTH_LOAD_RATE", "fast")).err).contains("AUTH_LOAD_RATE: 'fast'; must be 1 to");
    }

    @Test
    void aClosedPortIsOneLineAndExitCodeTwo() throws Exception {
        int port;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        Ended ended = run(Map.of(), "--url", "http://127.0.0.1:" + port);

        assertThat(ended.code).isEqualTo(2);
        assertThat(ended.err)
                .contains("no response from http://127.0.0.1:" + port)
                .hasLineCount(1);
    }

    @Test
    void anotherKindOfServerGetsNoLoad() throws Exception {
        List<String> asked = new CopyOnWriteArrayList<>();
        // Not the JDK's server: it reads its limits once in a JVM, and the tests of Jolokia need those of the product.
        Undertow other = Undertow.builder()
                .addHttpListener(0, "127.0.0.1")
                .setHandler(exchange -> {
                    asked.add(exchange.getRequestPath());
                    exchange.getResponseSender().send("{}");
                })
                .build();
        other.start();
        try {
            Ended ended = run(
                    Map.of(), "--url", "http:/" + other.getListenerInfo().get(0).getAddress());

            assertThat(ended.code).isEqualTo(2);
            assertThat(ended.err).contains("is not an auth server").hasLineCount(1);
            assertThat(asked).containsExactly("/health");
        } finally {
            other.stop();
        }
    }

    private static Ended load(TestServer server, String... words) {
        return run(Map.of("AUTH_LOAD_URL", url(server)), words);
    }

    private static String url(TestServer server) {
        return "http://127.0.0.1:" + server.server.address().getPort();
    }

    private static Ended run(Map<String, String> environment, String... words) {
        List<String> arguments = new ArrayList<>(List.of("load"));
        arguments.addAll(List.of(words));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = new Main(
                        new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), new ProcessLifecycle())
                .run(arguments.toArray(String[]::new), environment);
        return new Ended(code, out.toString(UTF_8), err.toString(UTF_8));
    }

    private record Ended(int code, String out, String err) {}

    private static int liveRows(DatabaseTarget target) throws Exception {
        try (Connection connection = TestPostgres.connect(target);
                var statement = connection.createStatement();
                var count = statement.executeQuery("""
                        select (select count(*) from auth_group where is_active)
                            + (select count(*) from auth_membership where is_active)
                            + (select count(*) from auth_permission where is_active)
                        """)) {
            count.next();
            return count.getInt(1);
        }
    }
}
