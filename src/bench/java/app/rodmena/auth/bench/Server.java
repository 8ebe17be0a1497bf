package app.rodmena.auth.bench;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server in its own process, which prints its address when it listens. */
final class Server implements AutoCloseable {
    private static final Pattern LISTENING = Pattern.compile("Listening +(https?://\\S+)");
    private static final Duration MAX_START = Duration.ofMinutes(2);
    private static final Duration MAX_STOP = Duration.ofSeconds(40);

    private final String name;
    private final Process process;
    private final Path log;
    private final URI address;

    private Server(String name, Process process, Path log) throws InterruptedException {
        this.name = name;
        this.process = process;
        this.log = log;
        this.address = awaitAddress();
    }

    /** Starts this server on free ports with this PostgreSQL, as {@code bench-<name>}. */
    static Server ours(String name, Path home, Path directory, Database database, List<String> flags)
            throws IOException, InterruptedException {
        return ours(name, home, directory, Map.of("AUTH_DATABASE_URL", database.url()), flags);
    }

    /** Starts this server on free ports with these settings. */
    static Server ours(String name, Path home, Path directory, Map<String, String> environment, List<String> flags)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                home.resolve("run.sh").toString(),
                "--instance=bench-" + name,
                "--port=0",
                "--admin-port=0",
                "--jolokia-port=0",
                "--jmx-port=0"));
        command.addAll(flags);
        return start(name, directory, environment, command);
    }

    /**
     * Starts it and waits until it listens.
     *
     * @param directory the working directory, which also gets the output
     */
    static Server start(String name, Path directory, Map<String, String> environment, List<String> command)
            throws IOException, InterruptedException {
        Path log = directory.resolve(name + ".log");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().keySet().removeIf(variable -> variable.startsWith("AUTH_"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            return new Server(name, process, log);
        } catch (Throwable e) {
            process.destroy();
            throw e;
        }
    }

    URI address() {
        return address;
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(MAX_STOP.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private URI awaitAddress() throws InterruptedException {
        long deadline = System.nanoTime() + MAX_START.toNanos();
        while (System.nanoTime() < deadline) {
            Matcher listening = LISTENING.matcher(output());
            if (listening.find()) {
                return URI.create(listening.group(1));
            }
            if (process.waitFor(5, TimeUnit.MILLISECONDS)) {
                throw new BenchException("%s ended instead of listening: %s".formatted(name, output().strip()));
            }
        }
        throw new BenchException("%s does not listen: %s".formatted(name, output().strip()));
    }

    private String output() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new BenchException("cannot read " + log + ": " + e.getMessage());
        }
    }
}
