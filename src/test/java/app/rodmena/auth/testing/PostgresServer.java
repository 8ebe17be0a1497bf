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
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;

/**
 * A PostgreSQL of a test's own, whose processes the test may stop, kill and start again on the same port. The superuser
 * {@code postgres} needs no password; every other role does.
 */
public final class PostgresServer implements SuperuserAccess {
    private static final Duration START = Duration.ofSeconds(30);

    private static final String RECOVERY = "recovery.signal";

    private final Path data;
    private final int port;
    private final Path log;
    private Process postmaster;

    private PostgresServer(Path data, int port) {
        this.data = data;
        this.port = port;
        this.log = data.resolveSibling(data.getFileName() + ".log");
    }

    /** How a postmaster is asked to stop, each by its signal. */
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

    /** Makes a cluster in {@code directory} and starts it; {@code settings} as {@code max_connections=20}. */
    public static PostgresServer start(Path directory, String... settings) throws IOException, InterruptedException {
        Path data = Files.createTempDirectory(directory, "postgres");
        PostgresServer server = new PostgresServer(data, Program.freePort());
        Process initdb = server.launch(
                "initdb",
                "--pgdata=" + data,
                "--username=postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--no-locale",
                "--no-sync");
        assertThat(initdb.waitFor()).as(server.log()).isZero();
        Files.writeString(data.resolve("pg_hba.conf"), """
                host all,replication postgres 127.0.0.1/32 trust
                host all all 127.0.0.1/32 scram-sha-256
                """);
        server.configure("listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "port=" + server.port);
        server.configure(settings);
        server.start();
        return server;
    }

    /** Takes a standby off this primary, which is stopped meanwhile; both run afterwards. */
    public PostgresServer standby() throws IOException, InterruptedException {
        stop(Mode.FAST);
        Path copy = data.resolveSibling(data.getFileName() + "-standby");
        FileUtils.copyDirectory(data.toFile(), copy.toFile());
        try (Stream<Path> files = Files.walk(copy)) {
            for (Path file : files.toList()) {
                Files.setPosixFilePermissions(file, Files.getPosixFilePermissions(data.resolve(copy.relativize(file))));
            }
        }
        PostgresServer standby = new PostgresServer(copy, Program.freePort());
        standby.configure(
                "port=" + standby.port,
                "primary_conninfo=host=127.0.0.1 port=%d user=postgres".formatted(port),
                "hot_standby=on");
        Files.createFile(copy.resolve("standby.signal"));
        start();
        standby.start();
        return standby;
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

    /** Starts it, and returns when it takes connections. */
    public void start() throws IOException {
        Files.deleteIfExists(data.resolve(RECOVERY));
        launchPostmaster();
        awaitReady();
    }

    /** Starts it, and returns at once. */
    public void launchPostmaster() throws IOException {
        postmaster = launch("postgres", "-D", data.toString());
    }

    /** Starts it, and has it recover without end: it answers that it is starting up, until it is started again. */
    public void startInRecovery() throws IOException {
        Files.createFile(data.resolve(RECOVERY));
        postmaster =
                launch("postgres", "-D", data.toString(), "-c", "hot_standby=off", "-c", "restore_command=sleep 600");
    }

    /** After a kill the old processes may still have the shared memory: then it is started again. */
    private void awaitReady() {
        await().atMost(START).pollInterval(Duration.ofMillis(50)).untilAsserted(() -> {
            if (!postmaster.isAlive()) {
                launchPostmaster();
            }
            assertThatCode(() -> superuser().close()).as(log()).doesNotThrowAnyException();
        });
    }

    /** Returns when the postmaster has ended. */
    public void stop(Mode mode) throws IOException, InterruptedException {
        requestStop(mode);
        assertThat(postmaster.waitFor(30, TimeUnit.SECONDS)).as(log()).isTrue();
    }

    /** As {@link #stop}, without waiting for the end. */
    public void requestStop(Mode mode) throws IOException, InterruptedException {
        signalPostmaster(mode.signal);
    }

    /** A signal to the postmaster alone. */
    public void signalPostmaster(String signal) throws IOException, InterruptedException {
        signal(postmaster.pid(), signal);
    }

    /** SIGSTOP for the postmaster and everything it started: it neither accepts nor answers. */
    public void freeze() throws IOException, InterruptedException {
        signalAll("STOP");
    }

    /** SIGCONT for all of them. */
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

    /** A signal to one process; one that has ended meanwhile is no error. */
    public static void signal(long pid, String signal) throws IOException, InterruptedException {
        new ProcessBuilder("sh", "-c", "kill -%s %d 2>/dev/null".formatted(signal, pid))
                .start()
                .waitFor();
    }

    public int port() {
        return port;
    }

    /** A database as this role sees it. */
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

    /** What the postmaster has logged. */
    public String log() throws IOException {
        return Files.exists(log) ? Files.readString(log) : "";
    }

    /** In a user namespace of its own PostgreSQL does not see that it is root, as which it refuses to run. */
    static List<String> notAsRoot(String program, String... arguments) {
        List<String> command =
                new ArrayList<>(System.getProperty("user.name").equals("root") ? List.of("unshare", "-U") : List.of());
        command.add(program);
        command.addAll(List.of(arguments));
        return command;
    }

    private Process launch(String program, String... arguments) throws IOException {
        List<String> command =
                notAsRoot(TestPostgres.programs().resolve(program).toString(), arguments);
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
