package app.rodmena.auth.embedded;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import java.io.IOException;
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
 * PostgreSQL's parent process: started, found again after a crash, stopped.
 *
 * <p>{@code pg_ctl start} puts it into a session of its own, so that a Ctrl-C that is meant for us does not reach it
 * before we have answered whoever is still being served.
 */
final class Postmaster implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Postmaster.class);

    /** By its command line a postmaster of ours is told from one that somebody started by hand. */
    private static final String NAME = "cluster_name=auth-embedded";

    /** On the command line, where nothing that is edited or ALTERed SYSTEM can weaken them. */
    private static final List<String> SETTINGS = List.of(
            NAME,
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "fsync=on",
            "full_page_writes=on",
            "synchronous_commit=on",
            "logging_collector=off",
            "log_checkpoints=off");

    /** Replaying what was written since the last checkpoint can take minutes on a slow disk. */
    private static final int START_SECONDS = 300;

    private static final int STOP_SECONDS = 60;

    /** How long the processes of a postmaster that was killed may take to notice: they finish their statement first. */
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    /** How exactly the operating system knows when a process started. */
    private static final Duration CLOCK_ERROR = Duration.ofSeconds(2);

    private static final Duration PAUSE = Duration.ofMillis(100);

    private final DataDirectory directory;
    private final Binaries binaries;
    private final int port;
    private final Guard guard;

    private Postmaster(DataDirectory directory, Binaries binaries, int port, Guard guard) {
        this.directory = directory;
        this.binaries = binaries;
        this.port = port;
        this.guard = guard;
    }

    /** Starts it on a free port of the loopback interface, under guard, and returns when it takes connections. */
    static Postmaster start(DataDirectory directory, Binaries binaries)
            throws IOException, EmbeddedDatabaseException, InterruptedException {
        if (Files.exists(directory.log())) {
            Files.move(directory.log(), directory.previousLog(), REPLACE_EXISTING);
        }
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            takeOver(directory, binaries);
            int port = freePort();
            String complaint = tryStart(directory, binaries, port);
            if (complaint.isEmpty()) {
                return new Postmaster(directory, binaries, port, guard(directory, binaries));
            }
            if (!passes(complaint) || System.nanoTime() > deadline) {
                throw new EmbeddedDatabaseException(Complaint.from(complaint, directory.path()));
            }
            Files.deleteIfExists(directory.log());
            Thread.sleep(PAUSE.toMillis());
        }
    }

    /**
     * Stops the postmaster of a server that was killed and could not do so itself. The lock on the directory is ours,
     * so that server is gone; its postmaster stops as it would have been told to, or has to recover at the next start.
     */
    static void takeOver(DataDirectory directory, Binaries binaries) throws IOException, EmbeddedDatabaseException {
        Optional<ProcessHandle> found = process(directory.cluster());
        if (found.isEmpty()) {
            // PostgreSQL deals with what a dead postmaster left, but for a file that a crash left without content.
            if (pidLine(directory.cluster()).filter(String::isEmpty).isPresent()) {
                Files.deleteIfExists(pidFile(directory.cluster()));
            }
            return;
        }
        ProcessHandle process = found.get();
        if (isOurs(process, directory.cluster())) {
            log.warn(
                    "A server was killed and has left PostgreSQL running in {} (pid {}); stopping it",
                    directory.path(),
                    process.pid());
            stop(directory, binaries);
        } else if (isPostgres(process) && wrote(process, pidFile(directory.cluster()))) {
            throw new EmbeddedDatabaseException(
                    "The data directory %s is in use by a PostgreSQL that somebody else started (pid %s); stop it first"
                            .formatted(directory.path(), process.pid()));
        } else {
            // The pid has come to be another program's, as after a restart of the machine or its container. PostgreSQL
            // would refuse to start for as long as that one lives, and pg_ctl would stop it.
            Files.deleteIfExists(pidFile(directory.cluster()));
        }
    }

    private static Guard guard(DataDirectory directory, Binaries binaries) throws IOException {
        try {
            return Guard.over(pidLine(directory.cluster()).orElse(""), directory);
        } catch (IOException e) {
            stop(directory, binaries);
            throw e;
        }
    }

    int port() {
        return port;
    }

    /**
     * Stops it, aborting what its clients still do, and returns when it is gone.
     *
     * @throws IOException if it would not go; then its guard still tries
     */
    @Override
    public void close() throws IOException {
        stop(directory, binaries);
        guard.close();
    }

    static void stop(DataDirectory directory, Binaries binaries) throws IOException {
        Path cluster = directory.cluster();
        for (String mode : List.of("fast", "fast", "immediate")) {
            // Twice, since a second, impatient Ctrl-C ends pg_ctl; the first request stands all the same.
            if (process(cluster).filter(process -> isOurs(process, cluster)).isPresent()) {
                binaries.run(
                        "pg_ctl", "stop", "-D", cluster.toString(), "-m", mode, "-t", Integer.toString(STOP_SECONDS));
            }
        }
        Optional<ProcessHandle> left = process(cluster);
        if (left.filter(process -> isOurs(process, cluster)).isPresent()) {
            throw new IOException("PostgreSQL in %s (pid %s) does not stop; see %s"
                    .formatted(directory.path(), left.get().pid(), directory.log()));
        }
        if (left.isPresent() && isPostgres(left.get()) && wrote(left.get(), pidFile(cluster))) {
            // Ours as well, where the operating system does not tell a process's arguments.
            throw new IOException("PostgreSQL in %s (pid %s) was not stopped: it does not look like one of ours"
                    .formatted(directory.path(), left.get().pid()));
        }
    }

    /** Nothing if it started, otherwise all that was said about it. An interrupt stops it again, also in recovery. */
    private static String tryStart(DataDirectory directory, Binaries binaries, int port)
            throws IOException, InterruptedException {
        String settings = "-c port=%s -c %s".formatted(port, String.join(" -c ", SETTINGS));
        Process starting = binaries.launch(
                "pg_ctl",
                "start",
                "-D",
                directory.cluster().toString(),
                "-l",
                directory.log().toString(),
                "-t",
                Integer.toString(START_SECONDS),
                "-o",
                settings);
        try {
            starting.waitFor();
        } catch (InterruptedException e) {
            abandon(starting, directory, binaries);
            throw e;
        }
        var outcome = Binaries.outcomeOf(starting);
        if (outcome.exitCode() == 0) {
            return "";
        }
        String logged = Files.exists(directory.log()) ? Files.readString(directory.log()) : "";
        return logged + outcome.output();
    }

    /** Killing pg_ctl would not stop what it has started: that is to be waited for, until it can be told to stop. */
    private static void abandon(Process starting, DataDirectory directory, Binaries binaries) throws IOException {
        Path cluster = directory.cluster();
        while (starting.isAlive()
                && process(cluster).filter(process -> isOurs(process, cluster)).isEmpty()) {
            LockSupport.parkNanos(PAUSE.toNanos());
        }
        stop(directory, binaries);
    }

    /** Has {@code told} run when it ends, by whatever. */
    @SuppressWarnings("FutureReturnValueIgnored") // Nobody waits for its end.
    void onEnd(Runnable told) throws IOException {
        process(directory.cluster()).ifPresent(process -> process.onExit().thenRun(told));
    }

    /** Whether it is only a matter of time, or of another port. */
    private static boolean passes(String complaint) {
        return complaint.contains("Address already in use")
                || complaint.contains("lock file \"postmaster.pid\" already exists")
                || complaint.contains("pre-existing shared memory block");
    }

    /** The living process that has the pid in postmaster.pid, whatever it is. */
    private static Optional<ProcessHandle> process(Path cluster) throws IOException {
        return pidLine(cluster)
                .filter(line -> line.matches("\\d{1,18}"))
                .flatMap(line -> ProcessHandle.of(Long.parseLong(line)))
                .filter(ProcessHandle::isAlive);
    }

    private static Optional<String> pidLine(Path cluster) throws IOException {
        try {
            return Optional.of(
                    Files.readString(pidFile(cluster)).lines().findFirst().orElse(""));
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

    /** Whether the process can have written the file: it must not have been started after that. */
    private static boolean wrote(ProcessHandle process, Path file) throws IOException {
        try {
            Instant written = Files.getLastModifiedTime(file).toInstant();
            return process.info()
                    .startInstant()
                    .filter(started -> started.isAfter(written.plus(CLOCK_ERROR)))
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
