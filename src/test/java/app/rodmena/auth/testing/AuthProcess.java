package app.rodmena.auth.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.cli.Main;
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

/** The server in a process of its own, started by its main class. */
public final class AuthProcess implements AutoCloseable {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /**
     * For a server that the Flight Recorder records: Java 17 can crash if it starts while classes are loaded from an
     * archive (a SIGSEGV in KlassFactory::check_shared_class_file_load_hook).
     */
    public static final List<String> RECORDABLE = List.of("-Xshare:off");

    /** The variables of a server with all listeners, on free ports. The others have the API only and start sooner. */
    public static final Map<String, String> ALL_LISTENERS =
            Map.of("AUTH_ADMIN_PORT", "0", "AUTH_JOLOKIA_PORT", "0", "AUTH_JMX_PORT", "0");

    private final Process process;
    private final Path out;
    private final Path err;

    private AuthProcess(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /**
     * Starts the server with these variables and flags; {@code directory} is its working directory and holds its
     * output.
     */
    public static AuthProcess start(Path directory, Map<String, String> environment, String... flags)
            throws IOException {
        return start(directory, List.of(), List.of(), environment, flags);
    }

    /**
     * Starts the server in a JVM with these options.
     *
     * @param launcher a command prefix that executes the rest of the command, for example with resource limits
     */
    public static AuthProcess start(
            Path directory,
            List<String> launcher,
            List<String> jvmOptions,
            Map<String, String> environment,
            String... flags)
            throws IOException {
        List<String> command = new ArrayList<>(launcher);
        command.addAll(ChildJvm.command(jvmOptions, Main.class, flags));
        return start(directory, environment, command);
    }

    static AuthProcess start(Path directory, Map<String, String> environment, List<String> command) throws IOException {
        Path out = Files.createTempFile(directory, "out", "");
        Path err = Files.createTempFile(directory, "err", "");
        // A process in the background of a script would inherit that these signals are ignored.
        List<String> withSignals = new ArrayList<>(List.of("env", "--default-signal=HUP,INT"));
        withSignals.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(withSignals)
                .directory(directory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("AUTH_") || name.startsWith("JAVA_TOOL"));
        ALL_LISTENERS.keySet().forEach(name -> builder.environment().put(name, "off"));
        builder.environment().putAll(environment);
        return new AuthProcess(builder.start(), out, err);
    }

    /** Waits until the server has printed its addresses; stops it if it does not. */
    public AuthProcess awaitStart() {
        try {
            await().until(() -> out().contains("Try it") || !process.isAlive());
            assertThat(process.isAlive())
                    .as(() -> "ended with %s: %s%n%s".formatted(process.exitValue(), out(), err()))
                    .isTrue();
            return this;
        } catch (Throwable e) {
            close();
            throw e;
        }
    }

    /** Waits up to 60 s for the process to end. @return the exit code */
    public int awaitEnd() throws InterruptedException {
        return awaitEnd(Duration.ofSeconds(60));
    }

    /** Waits up to this time for the process to end. @return the exit code */
    public int awaitEnd(Duration most) throws InterruptedException {
        assertThat(process.waitFor(most.toMillis(), TimeUnit.MILLISECONDS))
                .as(() -> "it has not ended: " + err())
                .isTrue();
        return process.exitValue();
    }

    /** Sends a request to the API; does not block. */
    public CompletableFuture<HttpResponse<String>> ask(String method, String path, String key, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url() + path))
                .method(method, BodyPublishers.noBody())
                .header("Authorization", "Bearer " + key);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HTTP.sendAsync(request.build(), BodyHandlers.ofString());
    }

    /** The API's address, read from the output. */
    public String url() {
        return url("Listening");
    }

    /** The address of a listener by its label in the output, for example {@code Admin}. */
    public String url(String listener) {
        Matcher line = Pattern.compile("^%s +(https?://\\S+)".formatted(listener), Pattern.MULTILINE)
                .matcher(out());
        assertThat(line.find()).as(listener).isTrue();
        return line.group(1);
    }

    /** The port of {@code Listening}, {@code Admin}, {@code Jolokia} or {@code JMX}, read from the output. */
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

    /** Sends SIGTERM. */
    public void terminate() {
        process.toHandle().destroy();
    }

    /** Sends a signal, for example {@code HUP}. */
    public void signal(String name) throws IOException, InterruptedException {
        PostgresServer.signal(process.pid(), name);
    }

    /** Sends SIGKILL and waits for the process to end. */
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
