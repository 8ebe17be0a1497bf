package app.rodmena.auth.jmx.remote;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.testing.Program;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Remote JMX from a shell with jmxterm, which is given {@code host:port} only. */
class JmxtermTest {
    private static final Path JAR = Path.of("target", "test-tools", "jmxterm.jar");

    @TempDir
    Path directory;

    @Test
    void monitorMayOnlyRead() throws Exception {
        try (TestRemote remote = TestRemote.withOperators(directory)) {
            String consoleOutput = jmxterm(
                    remote,
                    TestRemote.MONITOR,
                    "get -b %s Degrees".formatted(TestRemote.BEAN),
                    "set -b %s Degrees 30".formatted(TestRemote.BEAN),
                    "run -b %s reset".formatted(TestRemote.BEAN));

            assertThat(consoleOutput)
                    .contains("Degrees = 20;", "Denied to bob: to set Degrees", "Denied to bob: to invoke reset");
            assertThat(remote.thermostat.getDegrees()).isEqualTo(20);
        }
    }

    @Test
    void controlReadsSetsInvokesAndIsNotified() throws Exception {
        try (TestRemote remote = TestRemote.withOperators(directory)) {
            String consoleOutput = jmxterm(
                    remote,
                    TestRemote.CONTROL,
                    "info -b " + TestRemote.BEAN,
                    "subscribe -b " + TestRemote.BEAN,
                    "set -b %s Degrees 30".formatted(TestRemote.BEAN),
                    "get -b %s Degrees".formatted(TestRemote.BEAN),
                    "run -b %s reset".formatted(TestRemote.BEAN),
                    "get -b java.lang:type=Runtime SystemProperties",
                    // Gives the notification time to arrive
                    "domains");

            assertThat(consoleOutput)
                    .contains("Degrees = 30;", "#operation returns:", "Degrees", "reset", "app.rodmena.auth")
                    .doesNotContain("com.sun.management", "java.home");
            assertThat(remote.thermostat.getDegrees()).isEqualTo(20);
        }
    }

    @Test
    void aLoginRequiresAPassword() throws Exception {
        try (TestRemote remote = TestRemote.withOperators(directory)) {
            assertThat(jmxterm(remote, null, "domains")).contains("Wrong name or password");
        }
    }

    /** @return its output */
    private String jmxterm(TestRemote remote, String operator, String... commands)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Program.java(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-jar",
                JAR.toString(),
                "-n",
                "-l",
                "127.0.0.1:" + remote.jmxPort()));
        if (operator != null) {
            command.addAll(List.of("-u", operator, "-p", TestRemote.password(operator)));
        }
        Path output = Files.createTempFile(directory, "jmxterm", "");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try (OutputStream input = process.getOutputStream()) {
            input.write(String.join("\n", commands).getBytes(UTF_8));
            input.write('\n');
        }
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        return Files.readString(output);
    }
}
