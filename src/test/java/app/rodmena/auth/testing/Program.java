package app.rodmena.auth.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.opentest4j.TestAbortedException;

/** A program that a test starts, with its output. */
public final class Program implements AutoCloseable {
    private final Process process;
    private final Path output;

    private Program(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /** Starts a program; its output is a file in {@code directory}. */
    public static Program start(Path directory, Map<String, String> environment, List<String> command)
            throws IOException {
        Path output = Files.createTempFile(directory, "output", "");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        return new Program(builder.start(), output);
    }

    /** Runs a program with this standard input, for at most 60 s. @return its output */
    public static String run(Path directory, String input, List<String> command)
            throws IOException, InterruptedException {
        try (Program program = start(directory, Map.of(), command)) {
            try (OutputStream stdin = program.process.getOutputStream()) {
                stdin.write(input.getBytes(UTF_8));
            }
            assertThat(program.process.waitFor(60, TimeUnit.SECONDS))
                    .as("%s has not ended: %s", command, program.output())
                    .isTrue();
            return program.output();
        }
    }

    /** The command line for a jar in target/test-tools, where the build puts it. */
    public static List<String> jar(String name, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                java(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-jar",
                testTool(name).toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    public static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    public static Path testTool(String jar) {
        return Path.of("target", "test-tools", jar).toAbsolutePath();
    }

    /**
     * Returns the path of an installed program.
     *
     * @throws TestAbortedException if it is not installed; .ci/run installs all programs, and fails on this message
     */
    public static String installed(String path, String debianPackage) {
        if (!Files.isReadable(Path.of(path))) {
            String missing = "NOT CHECKED: there is no %s; Debian's package is %s".formatted(path, debianPackage);
            System.err.println(missing);
            throw new TestAbortedException(missing);
        }
        return path;
    }

    /** A free port, for programs that do not report theirs; at most 32767, the limit of Zabbix's Java gateway. */
    public static int freePort() throws IOException {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(20_000, 32_768);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (BindException e) {
                // In use: try another.
            }
        }
    }

    /** Whether this loopback port accepts connections. */
    public static boolean isListening(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    public long pid() {
        return process.pid();
    }

    public String output() {
        try {
            return Files.readString(output, UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
