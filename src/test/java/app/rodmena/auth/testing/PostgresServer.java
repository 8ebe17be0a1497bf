package app.rodmena.auth.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.postgres.Secret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.commons.io.FileUtils;

/**
 * A PostgreSQL server for one test, which may stop, kill and restart its processes on the same port. The superuser
 * {@code postgres} needs no password; all other roles do.
 */
public final class PostgresServer implements SuperuserAccess {
    private static final Duration START = Duration.ofSeconds(30);

    private static final String RECOVERY = "recovery.signal";

    private final Path programs;
    private final Path data;
    private final int port;
    private final Path log;
    private Process postmaster;

    private PostgresServer(Path programs, Path data, int port) {
        this.programs = programs;
        this.data = data;
        this.port = port;
        this.log = data.resolveSibling(data.getFileName() + ".log");
    }

    /** The shutdown modes of a postmaster, with their signals. */
    public enum Mode {
        SMART("TERM"),
        FAST("INT"),
        IMMEDIATE("QUIT"),
        KILL("KILL");

        private final String signal;

        Mode(String signal) {
            this.signal = signal;
        }
    }

    /** Creates a cluster in {@code directory} and starts it; a setting is for example {@code max_connections=20}. */
    public static PostgresServer start(Path directory, String... settings) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(settings));
        all.add("scram_iterations=1");
        return start(TestPostgres.programs(), directory, all.toArray(String[]::new));
    }

    /** Does the same with Debian's PostgreSQL, for which client programs are installed. */
    public static PostgresServer startInstalled(Path directory) throws IOException, InterruptedException {
        return start(PatroniCluster.programs(), directory);
    }

    private static PostgresServer start(Path programs, Path directory, String... settings)
            throws IOException, InterruptedException {
        Path data = Files.createTempDirectory(directory, "postgres");
        copy(NewCluster.of(programs), data);
        PostgresServer server = new PostgresServer(programs, data, Program.freePort());
        Files.writeString(data.resolve("pg_hba.conf"), """
                host all,replication postgres 127.0.0.1/32 trust
                host all all 127.0.0.1/32 scram-sha-256
                """);
        server.configure("listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "port=" + server.port);
        server.configure(settings);
        server.start();
        return server;
    }

    /**
     * The results of initdb, each created once per JVM and copied for each server, in a tenth of the time. The copies
     * have the same system identifier.
     */
    private static final class NewCluster {
        private static final Map<Path, Path> BY_PROGRAMS = new ConcurrentHashMap<>();

        static Path of(Path programs) {
            return BY_PROGRAMS.computeIfAbsent(programs, NewCluster::create);
        }

        private static Path create(Path programs) {
            try {
                Path directory = Files.createTempDirectory("auth-cluster-");
                Runtime.getRuntime().addShutdownHook(new Thread(() -> FileUtils.deleteQuietly(directory.toFile())));
                Path data = directory.resolve("data");
                PostgresServer server = new PostgresServer(programs, data, 0);
                Process initdb = server.launch(
                        "initdb",
                        "--pgdata=" + data,
                        "--username=postgres",
                        "--auth=trust",
                        "--encoding=UTF8",
                        "--no-locale",
                        "--no-sync");
                assertThat(initdb.waitFor()).as(server.log()).isZero();
                return data;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static void copy(Path from, Path to) throws IOException, InterruptedException {
        Process copy = new ProcessBuilder("cp", "-a", from + "/.", to.toString())
                .inheritIO()
                .start();
        assertThat(copy.waitFor()).isZero();
    }

    /** Copies this primary, which is stopped meanwhile, to a standby; both run afterwards. */
    public PostgresServer standby() throws IOException, InterruptedException {
        stop(Mode.FAST);
        Path copy = Files.createDirectory(data.resolveSibling(data.getFileName() + "-standby"));
        copy(data, copy);
        PostgresServer standby = new PostgresServer(programs, copy, Program.freePort());
        standby.configure(
                "port=" + standby.port,
                "primary_conninfo=host=127.0.0.1 port=%d user=postgres".formatted(port),
                "hot_standby=on");
        Files.createFile(copy.resolve("standby.signal"));
        start();
        standby.start();
        return standby;
    }

    /** Starts a server on a copy of this one's data. */
    public PostgresServer startCopy(Path copy) throws IOException {
        PostgresServer server = new PostgresServer(programs, copy, Program.freePort());
        server.configure("port=" + server.port);
        server.start();
        return server;
    }

    private void configure(String... settings) throws IOException {
        for (String setting : settings) {
            Files.writeString(
                    data.resolve("postgresql.conf"),
                    setting.replaceFirst("=", " = '") + "'\n",
                    UTF_8,
                    StandardOpenOption.APPEND);
        }
    }

    /** Starts the server and waits until it accepts connections. */
    public void start() throws IOException {
        Files.deleteIfExists(data.resolve(RECOVERY));
        launchPostmaster();
        awaitReady();
    }

    /** Starts the server without waiting. */
    public void launchPostmaster() throws IOException {
        postmaster = launch("postgres", "-D", data.toString());
    }

    /** Starts the server in an endless recovery: it refuses connections as "starting up" until {@link #start}. */
    public void startInRecovery() throws IOException {
        Files.createFile(data.resolve(RECOVERY));
        postmaster =
                launch("postgres", "-D", data.toString(), "-c", "hot_standby=off", "-c", "restore_command=sleep 600");
    }

    /**
     * Waits for connections. Restarts a postmaster that failed because killed processes still used the shared memory.
     */
    private void awaitReady() {
        await().atMost(START).pollInterval(Duration.ofMillis(50)).untilAsserted(() -> {
            if (!postmaster.isAlive()) {
                launchPostmaster();
            }
            assertThatCode(() -> superuser().close()).as(log()).doesNotThrowAnyException();
        });
    }

    /** Stops the server and waits until the postmaster has ended. */
    public void stop(Mode mode) throws IOException, InterruptedException {
        requestStop(mode);
        assertThat(postmaster.waitFor(30, TimeUnit.SECONDS)).as(log()).isTrue();
    }

    /** Stops the server without waiting. */
    public void requestStop(Mode mode) throws IOException, InterruptedException {
        signalPostmaster(mode.signal);
    }

    /** Sends a signal to the postmaster only. */
    public void signalPostmaster(String signal) throws IOException, InterruptedException {
        signal(postmaster.pid(), signal);
    }

    /** Sends SIGSTOP to the postmaster and its children: the server then neither accepts connections nor answers. */
    public void freeze() throws IOException, InterruptedException {
        signalAll("STOP");
    }

    /** Sends SIGCONT to the postmaster and its children. */
    public void thaw() throws IOException, InterruptedException {
        signalAll("CONT");
    }

    private void signalAll(String signal) throws IOException, InterruptedException {
        List<Long> pids = new ArrayList<>(List.of(postmaster.pid()));
        postmaster.descendants().map(ProcessHandle::pid).forEach(pids::add);
        for (long pid : pids) {
            signal(pid, signal);
        }
    }

    /** Sends a signal to a process; ignores a process that has already ended. */
    public static void signal(long pid, String signal) throws IOException, InterruptedException {
        new ProcessBuilder("sh", "-c", "kill -%s %d 2>/dev/null".formatted(signal, pid))
                .start()
                .waitFor();
    }

    public int port() {
        return port;
    }

    /** A database with this role's login. */
    public DatabaseTarget target(String database, String user, String password) {
        return new DatabaseTarget(url(database), user, password.isEmpty() ? Secret.NONE : Secret.of(password));
    }

    @Override
    public Connection superuser(String database) throws SQLException {
        return DriverManager.getConnection(
                url(database) + "?connectTimeout=2&socketTimeout=30&loginTimeout=3&ApplicationName=test",
                "postgres",
                "");
    }

    private String url(String database) {
        return "jdbc:postgresql://127.0.0.1:%d/%s".formatted(port, database);
    }

    /** The server's log. */
    public String log() throws IOException {
        return Files.exists(log) ? Files.readString(log) : "";
    }

    /** Wraps the command in a user namespace if the user is root, because PostgreSQL refuses to run as root. */
    static List<String> notAsRoot(String program, String... arguments) {
        List<String> command =
                new ArrayList<>(System.getProperty("user.name").equals("root") ? List.of("unshare", "-U") : List.of());
        command.add(program);
        command.addAll(List.of(arguments));
        return command;
    }

    private Process launch(String program, String... arguments) throws IOException {
        List<String> command = notAsRoot(programs.resolve(program).toString(), arguments);
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().keySet().removeIf(name -> name.startsWith("PG") || name.startsWith("LC_"));
        builder.environment().put("LC_ALL", "C");
        return builder.start();
    }

    @Override
    public void close() {
        try {
            if (postmaster.isAlive()) {
                thaw();
                stop(Mode.IMMEDIATE);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            postmaster.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        await().atMost(START).until(() -> !Program.isListening(port));
    }
}
