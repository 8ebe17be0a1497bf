package app.rodmena.auth.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.Main;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The server as a process of its own, as a shell starts it. */
public final class AuthProcess implements AutoCloseable {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final Process process;
    private final Path out;
    private final Path err;

    private AuthProcess(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /** Starts it with these variables and flags; {@code directory} takes its output and is where it runs. */
    public static AuthProcess start(Path directory, Map<String, String> environment, String... flags)
            throws IOException {
        return start(directory, List.of(), List.of(), environment, flags);
    }

    /**
     * The same in a JVM with these options.
     *
     * @param launcher the beginning of a command that executes the rest of it, with limits, say
     */
    public static AuthProcess start(
            Path directory,
            List<String> launcher,
            List<String> jvmOptions,
            Map<String, String> environment,
            String... flags)
            throws IOException {
        List<String> command = new ArrayList<>(launcher);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(Main.class.getName());
        command.addAll(List.of(flags));
        Path out = Files.createTempFile(directory, "out", "");
        Path err = Files.createTempFile(directory, "err", "");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("AUTH_") || name.startsWith("JAVA_TOOL"));
        // Ports of their own, unless a test says otherwise: other servers may run on this machine
        builder.environment().put("AUTH_ADMIN_PORT", "0");
        builder.environment().put("AUTH_JOLOKIA_PORT", "0");
        builder.environment().put("AUTH_JMX_PORT", "0");
        builder.environment().putAll(environment);
        return new AuthProcess(builder.start(), out, err);
    }

    /** Waits until it said where it listens. */
    public AuthProcess awaitStart() {
        await().atMost(60, TimeUnit.SECONDS).until(() -> out().contains("Try it") || !process.isAlive());
        assertThat(process.isAlive()).as(err()).isTrue();
        return this;
    }

    /** Waits for its end. @return its exit code */
    public int awaitEnd() throws InterruptedException {
        return awaitEnd(Duration.ofSeconds(60));
    }

    /** Waits that long for its end. @return its exit code */
    public int awaitEnd(Duration most) throws InterruptedException {
        assertThat(process.waitFor(most.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
        return process.exitValue();
    }

    /** What a request of this method to this path is answered; never blocks. */
    public CompletableFuture<HttpResponse<String>> ask(String method, String path, String key) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url() + path))
                .method(method, BodyPublishers.noBody())
                .header("Authorization", "Bearer " + key)
                .build();
        return HTTP.sendAsync(request, BodyHandlers.ofString());
    }

    /** Where it said that it listens. */
    public String url() {
        return url("Listening");
    }

    /** The address of a listener, by its word in the output, as {@code Admin}. */
    public String url(String listener) {
        Matcher line = Pattern.compile("^%s +(https?://\\S+)".formatted(listener), Pattern.MULTILINE)
                .matcher(out());
        assertThat(line.find()).as(listener).isTrue();
        return line.group(1);
    }

    /** The port of {@code Listening}, {@code Admin}, {@code Jolokia} or {@code JMX}, as it said. */
    public int port(String listener) {
        Matcher address = Pattern.compile(listener + " +\\S*?:(\\d+)").matcher(out());
        assertThat(address.find()).isTrue();
        return Integer.parseInt(address.group(1));
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public long pid() {
        return process.pid();
    }

    /** SIGTERM. */
    public void terminate() {
        process.toHandle().destroy();
    }

    /** SIGKILL; returns when it is dead. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    public String out() {
        return read(out);
    }

    public String err() {
        return read(err);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        terminate();
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
