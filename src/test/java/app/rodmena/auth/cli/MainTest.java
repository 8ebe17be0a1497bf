package app.rodmena.auth.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.testing.AuthProcess;
import app.rodmena.auth.testing.TestPostgres;
import app.rodmena.auth.testing.TestProxy;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The output and the exit code of the process. */
class MainTest {
    @TempDir
    Path directory;

    @Test
    void helpExitsWithZero() throws Exception {
        Ended ended = run(Map.of(), "--help");

        assertThat(ended.code).isZero();
        assertThat(ended.out).contains("--max-overflow", "AUTH_MAX_OVERFLOW").isASCII();
        assertThat(ended.err).isEmpty();
    }

    @Test
    void versionExitsWithZero() throws Exception {
        Ended ended = run(Map.of(), "--version");

        assertThat(ended.code).isZero();
        assertThat(ended.out).startsWith("auth ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--pool-size=0", "--pool-siz=1", "--database-url=postgresql://h:x/d", "--log-level=x"})
    void anInvalidFlagIsOneLineAndExitCodeTwo(String flag) {
        Ended ended = runHere(flag);

        assertThat(ended.code).isEqualTo(2);
        assertThat(ended.out).isEmpty();
        assertThat(ended.err).startsWith("auth: ").hasLineCount(1);
    }

    @Test
    void aMisspelledCommandGetsASuggestion() {
        Ended ended = runHere("diagnoze");

        assertThat(ended.code).isEqualTo(2);
        assertThat(ended.err).contains("did you mean diagnose?").hasLineCount(1).doesNotContain("diagnoze");
    }

    @Test
    void theCompletionScriptNamesCommandsAndFlags() {
        Ended ended = runHere("generate-completion");

        assertThat(ended.code).isZero();
        assertThat(ended.out).contains("run.sh", "diagnose", "--yes-this-is-my-server", "--max-overflow");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--database-urk=hunter2",
                "hunter2",
                "load hunter2",
                "load --key=hunter2",
                "load --url=http://u:hunter2@h",
                "load --kez=hunter2",
                "diagnose --url=http://u:hunter2@h",
                "diagnose --json=hunter2",
                "diagnose --user=a --user=hunter2",
                "capacity --from=http://u:hunter2@h",
                "capacity --database-url=hunter2",
                "capacity --database-url=postgresql://u:hunter2@h:x/d",
                "capacity --simulate=hunter2",
                "operator add alice hunter2 --role=control",
                "operator hunter2",
                "demo lock hunter2"
            })
    void noInvalidCommandLinePrintsASecret(String words) {
        Ended ended = runHere(words.split(" "));

        assertThat(ended.code).isEqualTo(2);
        assertThat(ended.out).isEmpty();
        assertThat(ended.err).startsWith("auth: ").hasLineCount(1).doesNotContain("hunter2");
    }

    @Test
    void anInterruptedDemoExitsWith130() throws Exception {
        try (AuthProcess demo = AuthProcess.start(directory, Map.of(), "demo", "lock")) {
            await().atMost(60, SECONDS).until(() -> demo.out().contains("A server of its own starts"));
            demo.terminate();

            assertThat(demo.awaitEnd()).isEqualTo(130);
        }
    }

    @Test
    void anUnknownVariableExitsWithTwo() throws Exception {
        Ended ended = run(Map.of("AUTH_POOL_SIZES", "3"));

        assertThat(ended.code).isEqualTo(2);
        assertThat(ended.out).isEmpty();
        assertThat(ended.err)
                .startsWith("auth: ")
                .contains("AUTH_POOL_SIZES", "did you mean AUTH_POOL_SIZE?")
                .hasLineCount(1);
    }

    @Test
    void theServerPrintsItsConfigurationAndExitsWithZeroOnSigterm() throws Exception {
        String url = TestPostgres.freshDatabase().jdbcUrl() + "?user=postgres&password=hunter2";
        Ended ended;
        try (AuthProcess process = AuthProcess.start(
                directory,
                Map.of("AUTH_PROFILE", "low-memory", "AUTH_DATABASE_URL", url),
                "--port=0",
                "--admin-port=0",
                "--jolokia-port=0",
                "--jmx-port=0",
                "--pool-timeout=2s",
                "--instance=blue")) {
            process.awaitStart().terminate();
            ended = Ended.of(process);
        }
        assertThat(ended.code).isZero();
        assertThat(ended.out.replaceAll(" +", " "))
                .contains("pool-size 3 AUTH_PROFILE low-memory", "pool-timeout 2s --pool-timeout", "instance blue")
                .contains("Listening http://127.0.0.1:", "curl ", "Bearer ")
                .contains("postgresql://postgres:****@127.0.0.1:")
                .doesNotContain("hunter2");
        assertThat(ended.out.replaceAll("(?s)\nFiles\n.*?\n\n", "").lines()).allMatch(line -> line.length() <= 100);
        assertThat(ended.err).doesNotContain("hunter2", "Exception");
    }

    @Test
    void withFailFastAnUnavailableDatabaseExitsWithOne() throws Exception {
        Ended ended;
        try (TestProxy gone = new TestProxy(TestPostgres.sharedDatabase())) {
            gone.stop();
            String url = gone.target().jdbcUrl() + "?user=postgres";
            ended = run(Map.of(), "--port=0", "--fail-fast", "--database-url=" + url);
        }
        assertThat(ended.code).isEqualTo(1);
        assertThat(ended.out).doesNotContain("Listening");
        assertThat(ended.err).contains("refused").doesNotContain("\tat ");
    }

    /** Runs a command line that starts nothing in this JVM. */
    private static Ended runHere(String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = new Main(
                        new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), new ProcessLifecycle())
                .run(words, Map.of());
        return new Ended(code, out.toString(UTF_8), err.toString(UTF_8));
    }

    private Ended run(Map<String, String> environment, String... flags) throws Exception {
        try (AuthProcess process = AuthProcess.start(directory, environment, flags)) {
            return Ended.of(process);
        }
    }

    private record Ended(int code, String out, String err) {
        static Ended of(AuthProcess process) throws Exception {
            return new Ended(process.awaitEnd(), process.out(), process.err());
        }
    }
}
