package app.rodmena.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.testing.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The process as a shell sees it: what it prints, and the code it exits with. */
class MainTest {
    @TempDir
    Path directory;

    private record Ended(int code, String out, String err) {}

    @Test
    void helpIsPrintedAndIsNoError() throws Exception {
        Ended ended = run(Map.of(), "--help");

        assertThat(ended.code).isZero();
        assertThat(ended.out).contains("--max-overflow", "AUTH_MAX_OVERFLOW").isASCII();
        assertThat(ended.err).isEmpty();
    }

    @Test
    void theVersionIsPrintedAndIsNoError() throws Exception {
        Ended ended = run(Map.of(), "--version");

        assertThat(ended.code).isZero();
        assertThat(ended.out).startsWith("auth ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--pool-size=0", "--pool-siz=1", "--database-url=postgresql://h:x/d", "--log-level=x"})
    void misuseIsOneLineAndExitCodeTwoBeforeAnythingIsPrintedOrStarted(String flag) throws Exception {
        Ended ended = run(Map.of(), flag);

        assertThat(ended.code).isEqualTo(2);
        assertThat(ended.out).isEmpty();
        assertThat(ended.err).startsWith("auth: ").hasLineCount(1);
    }

    @Test
    void misuseOfTheEnvironmentIsExitCodeTwoAsWell() throws Exception {
        Ended ended = run(Map.of("AUTH_POOL_SIZES", "3"));

        assertThat(ended.code).isEqualTo(2);
        assertThat(ended.err).contains("AUTH_POOL_SIZES", "did you mean AUTH_POOL_SIZE?");
    }

    @Test
    void itPrintsItsConfigurationServesUntilSigtermAndExitsWithZero() throws Exception {
        String url = TestPostgres.freshDatabase().jdbcUrl() + "?user=postgres&password=hunter2";
        Process process = start(
                Map.of("AUTH_PROFILE", "low-memory", "AUTH_DATABASE_URL", url),
                "--port=0",
                "--pool-timeout=2s",
                "--instance=blue");
        try {
            Awaitility.await().atMost(30, TimeUnit.SECONDS).until(() -> out().contains("Try it"));
            process.toHandle().destroy();

            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        } finally {
            process.destroyForcibly();
        }
        assertThat(out().replaceAll(" +", " "))
                .contains("pool-size 3 AUTH_PROFILE low-memory", "pool-timeout 2s --pool-timeout", "instance blue")
                .contains("Listening http://127.0.0.1:", "curl ", "Bearer ")
                .contains("postgresql://postgres:****@127.0.0.1:")
                .doesNotContain("hunter2");
        assertThat(out().lines()).allMatch(line -> line.length() <= 100);
        assertThat(err()).doesNotContain("hunter2", "Exception");
    }

    private Ended run(Map<String, String> environment, String... flags) throws Exception {
        Process process = start(environment, flags);
        try {
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            return new Ended(process.exitValue(), out(), err());
        } finally {
            process.destroyForcibly();
        }
    }

    private Process start(Map<String, String> environment, String... flags) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp"));
        command.add(System.getProperty("java.class.path"));
        command.add(Main.class.getName());
        command.addAll(List.of(flags));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(directory.resolve("out").toFile())
                .redirectError(directory.resolve("err").toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("AUTH_") || name.startsWith("JAVA_TOOL"));
        builder.environment().putAll(environment);
        return builder.start();
    }

    private String out() throws IOException {
        return Files.readString(directory.resolve("out"), UTF_8);
    }

    private String err() throws IOException {
        return Files.readString(directory.resolve("err"), UTF_8);
    }
}
