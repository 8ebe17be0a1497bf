package app.rodmena.auth.postgres.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import app.rodmena.auth.common.FirstLine;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts and stops PostgreSQL's parent process, and finds one that a killed server has left.
 *
 * <p>{@code pg_ctl start} puts it into its own session, so that a Ctrl-C for the server does not stop PostgreSQL before
 * the last requests are answered.
 */
record Postmaster(DataDirectory directory, PostgresBinaries binaries, int port, Process reaper)
        implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Postmaster.class);

    /** Identifies, on the command line, a postmaster that this class started. */
    private static final String NAME = "cluster_name=auth-embedded";

    /** Settings on the command line, so that neither postgresql.conf nor ALTER SYSTEM can change them. */
    private static final List<String> SETTINGS = List.of(
            NAME,
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "fsync=on",
            "full_page_writes=on",
            "synchronous_commit=on",
            "logging_collector=off",
            "log_checkpoints=off");

    /** Includes recovery, which can take minutes on a slow disk. */
    private static final String START_SECONDS = "300";

    private static final String STOP_SECONDS = "60";

    /** The maximum wait for the backends of a killed postmaster, which end after their current statements. */
    private static final Duration RETRY_TIMEOUT = Duration.ofSeconds(40);

    /** The inaccuracy of a process's start time, as the operating system reports it. */
    private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(2);

    private static final Duration RETRY_INTERVAL = Duration.ofMillis(100);

    /** Ends the reaper without further action. */
    private static final String CLOSED = "closed";

    /**
     * The script of the reaper: a shell process that waits for the end of this process. If this process ends without
     * closing the reaper (for example by kill -9), the shell stops PostgreSQL, and deletes the data if it is ephemeral.
     *
     * <p>$1 is the postmaster's pid, $2 its cluster directory, $3 the directory to delete, or empty. The script signals
     * the process only while postmaster.pid still has that pid: a server that was started later has another one.
     */
    private static final String REAPER = """
            trap '' INT TERM HUP
            read -r word
            [ "$word" = %s ] && exit
            [ "$(head -n 1 "$2/postmaster.pid")" = "$1" ] && kill -INT "$1"
            [ -z "$3" ] && exit
            while kill -0 "$1"; do sleep 0.1; done
            rm -rf -- "$3"
            """.formatted(CLOSED);

    /** Starts it on a free port of the loopback interface, with a reaper, and waits until it accepts connections. */
    static Postmaster start(DataDirectory directory, PostgresBinaries binaries)
            throws IOException, EmbeddedDatabaseException, InterruptedException {
        if (Files.exists(directory.log())) {
            Files.move(directory.log(), directory.previousLog(), REPLACE_EXISTING);
        }
        long deadline = System.nanoTime() + RETRY_TIMEOUT.toNanos();
        while (true) {
            takeOver(directory, binaries);
            int port = freePort();
            String output = tryStart(directory, binaries, port);
            if (output.isEmpty()) {
                return new Postmaster(directory, binaries, port, startReaper(directory, binaries));
            }
            if (!isTransient(output) || System.nanoTime() > deadline) {
                throw new EmbeddedDatabaseException(StartupFailureMessage.from(output, directory.path()));
            }
            Files.deleteIfExists(directory.log());
            Thread.sleep(RETRY_INTERVAL.toMillis());
        }
    }

    /** Stops the postmaster of a killed server, which has ended: the caller holds the directory's lock. */
    static void takeOver(DataDirectory directory, PostgresBinaries binaries)
            throws IOException, EmbeddedDatabaseException {
        Optional<ProcessHandle> found = process(directory.cluster());
        if (found.isEmpty()) {
            // PostgreSQL handles the pid file of a dead postmaster, unless a crash left the file empty.
            if (pidLine(directory.cluster()).filter(String::isEmpty).isPresent()) {
                Files.deleteIfExists(pidFile(directory.cluster()));
            }
            return;
        }
        ProcessHandle process = found.get();
        if (isOurs(process, directory.cluster())) {
            log.warn(
                    "A killed server has left PostgreSQL running in {} (pid {}); stopping it",
                    directory.path(),
                    process.pid());
            stop(directory, binaries);
        } else if (isPostgres(process) && mayHaveWritten(process, pidFile(directory.cluster()))) {
            throw new EmbeddedDatabaseException(
                    "The data directory %s is in use by a PostgreSQL that this server did not start (pid %s); stop it first"
                            .formatted(directory.path(), process.pid()));
        } else {
            // Another program has the pid now, for example after a restart of the machine or container. With this file,
            // PostgreSQL would refuse to start while that program runs, and pg_ctl stop would stop that program.
            Files.deleteIfExists(pidFile(directory.cluster()));
        }
    }

    private static Process startReaper(DataDirectory directory, PostgresBinaries binaries) throws IOException {
        String cluster = directory.cluster().toString();
        String directoryToDelete = directory.isEphemeral() ? directory.path().toString() : "";
        try {
            String pid = pidLine(directory.cluster()).orElse("");
            return new ProcessBuilder("sh", "-c", REAPER, "reaper", pid, cluster, directoryToDelete)
                    .directory(new File("/"))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            stop(directory, binaries);
            throw e;
        }
    }

    /** Stops PostgreSQL, aborting open transactions; if that fails, its reaper tries again when this process ends. */
    @Override
    public void close() throws IOException {
        stop(directory, binaries);
        try (OutputStream input = reaper.getOutputStream()) {
            input.write((CLOSED + "\n").getBytes(UTF_8));
        }
    }

    static void stop(DataDirectory directory, PostgresBinaries binaries) throws IOException {
        Path cluster = directory.cluster();
        for (String mode : List.of("fast", "fast", "immediate")) {
            // Twice, since a second Ctrl-C can end pg_ctl; the first request stays in effect.
            if (ownProcess(cluster).isPresent()) {
                binaries.run("pg_ctl", "stop", "-D", cluster.toString(), "-m", mode, "-t", STOP_SECONDS);
            }
        }
        Optional<ProcessHandle> remaining = process(cluster);
        if (remaining.filter(process -> isOurs(process, cluster)).isPresent()) {
            throw new IOException("PostgreSQL in %s (pid %s) does not stop; see %s"
                    .formatted(directory.path(), remaining.get().pid(), directory.log()));
        }
        if (remaining.isPresent() && isPostgres(remaining.get()) && mayHaveWritten(remaining.get(), pidFile(cluster))) {
            // Probably started by this class, on a system that hides the arguments of processes.
            throw new IOException(
                    "PostgreSQL in %s (pid %s) was not stopped: its arguments are not those of this server"
                            .formatted(directory.path(), remaining.get().pid()));
        }
    }

    /** Returns an empty string if it started, otherwise its log and pg_ctl's output. An interrupt stops it again. */
    private static String tryStart(DataDirectory directory, PostgresBinaries binaries, int port)
            throws IOException, InterruptedException {
        String settings = "-c port=%s -c %s".formatted(port, String.join(" -c ", SETTINGS));
        String cluster = directory.cluster().toString();
        String logFile = directory.log().toString();
        Process starting =
                binaries.launch("pg_ctl", "start", "-D", cluster, "-l", logFile, "-t", START_SECONDS, "-o", settings);
        try {
            starting.waitFor();
        } catch (InterruptedException e) {
            abandon(starting, directory, binaries);
            throw e;
        }
        var outcome = PostgresBinaries.outcomeOf(starting);
        if (outcome.exitCode() == 0) {
            return "";
        }
        String logged = Files.exists(directory.log()) ? Files.readString(directory.log()) : "";
        return logged + outcome.output();
    }

    /** Waits until the postmaster can be stopped, then stops it; killing pg_ctl would not stop the postmaster. */
    private static void abandon(Process starting, DataDirectory directory, PostgresBinaries binaries)
            throws IOException {
        Path cluster = directory.cluster();
        while (starting.isAlive() && ownProcess(cluster).isEmpty()) {
            LockSupport.parkNanos(RETRY_INTERVAL.toNanos());
        }
        stop(directory, binaries);
    }

    /** Runs the action when the postmaster ends, for any reason. */
    @SuppressWarnings("FutureReturnValueIgnored") // No code waits for the end.
    void onEnd(Runnable action) throws IOException {
        process(directory.cluster()).ifPresent(process -> process.onExit().thenRun(action));
    }

    /** Whether a later start, or one on another port, may succeed. */
    private static boolean isTransient(String output) {
        return output.contains("Address already in use")
                || output.contains("lock file \"postmaster.pid\" already exists")
                || output.contains("pre-existing shared memory block");
    }

    /** The live process with the pid in postmaster.pid, which may be any program. */
    private static Optional<ProcessHandle> process(Path cluster) throws IOException {
        return pidLine(cluster)
                .filter(line -> line.matches("\\d{1,18}"))
                .flatMap(line -> ProcessHandle.of(Long.parseLong(line)))
                .filter(ProcessHandle::isAlive);
    }

    private static Optional<ProcessHandle> ownProcess(Path cluster) throws IOException {
        return process(cluster).filter(process -> isOurs(process, cluster));
    }

    private static Optional<String> pidLine(Path cluster) throws IOException {
        try {
            return Optional.of(FirstLine.of(Files.readString(pidFile(cluster))));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private static boolean isOurs(ProcessHandle process, Path cluster) {
        List<String> arguments = process.info().arguments().map(List::of).orElse(List.of());
        return arguments.contains(cluster.toString()) && arguments.contains(NAME);
    }

    private static boolean isPostgres(ProcessHandle process) {
        return process.info()
                .command()
                .filter(command -> Path.of(command).endsWith("postgres"))
                .isPresent();
    }

    /** Whether the process may have written the file: it did not start after the file was written. */
    private static boolean mayHaveWritten(ProcessHandle process, Path file) throws IOException {
        try {
            Instant written = Files.getLastModifiedTime(file).toInstant();
            return process.info()
                    .startInstant()
                    .filter(started -> started.isAfter(written.plus(CLOCK_TOLERANCE)))
                    .isEmpty();
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static Path pidFile(Path cluster) {
        return cluster.resolve("postmaster.pid");
    }

    static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            return socket.getLocalPort();
        }
    }
}
