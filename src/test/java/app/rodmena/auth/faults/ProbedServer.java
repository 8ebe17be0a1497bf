package app.rodmena.auth.faults;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.faults.Recording.Limits;
import app.rodmena.auth.faults.Recording.ProcessSample;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.testing.AuthProcess;
import app.rodmena.auth.testing.ListeningSockets;
import app.rodmena.auth.testing.PostgresServer;
import app.rodmena.auth.testing.SuperuserAccess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A server in a process of its own on a test's PostgreSQL, with a {@link Probe}. */
final class ProbedServer {
    static final String INSTANCE = "probed";
    static final String ROLE = "auth";
    static final String DATABASE = "auth";
    static final String PASSWORD = "the-password-of-the-role";
    static final int POOL_SIZE = 3;
    static final int MAX_OVERFLOW = 2;
    static final Duration POOL_TIMEOUT = Duration.ofSeconds(2);
    static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(3);
    static final Duration SOCKET_TIMEOUT = Duration.ofSeconds(4);

    private static final Limits LIMITS = new Limits(POOL_SIZE + MAX_OVERFLOW, POOL_TIMEOUT.plus(SOCKET_TIMEOUT));

    private final SuperuserAccess postgres;
    private final AuthProcess process;
    private final String url;
    private final String adminUrl;
    private final String jolokiaUrl;
    private final Probe probe;

    private ProbedServer(SuperuserAccess postgres, AuthProcess process) throws Exception {
        this.postgres = postgres;
        this.process = process;
        this.url = process.url();
        this.adminUrl = process.url("Admin");
        this.jolokiaUrl = process.url("Jolokia");
        this.probe = new Probe(this, LIMITS);
    }

    /** Creates the server's database and its role, which has a password and is not a superuser. */
    static void prepare(SuperuserAccess postgres) throws SQLException {
        postgres.execute(
                "postgres",
                "create role %s login password '%s'".formatted(ROLE, PASSWORD),
                "grant pg_monitor, pg_signal_backend to " + ROLE,
                "create database %s owner %s".formatted(DATABASE, ROLE));
    }

    /** The database and the login that {@link #prepare} creates. */
    static DatabaseTarget target(PostgresServer postgres) {
        return postgres.target(DATABASE, ROLE, PASSWORD);
    }

    /**
     * @param postgres the PostgreSQL; stopped with the server
     * @param target the database for the server, possibly through a proxy
     */
    static ProbedServer start(Path directory, SuperuserAccess postgres, DatabaseTarget target, String... flags)
            throws Exception {
        return start(directory, postgres, url(target), Map.of(), flags);
    }

    static String url(DatabaseTarget target) {
        return target.jdbcUrl()
                .replace(
                        "jdbc:postgresql://",
                        "postgresql://%s:%s@"
                                .formatted(target.user(), target.password().reveal()));
    }

    static ProbedServer start(
            Path directory,
            SuperuserAccess postgres,
            String databaseUrl,
            Map<String, String> environment,
            String... flags)
            throws Exception {
        List<String> all = new ArrayList<>(List.of(
                "--port=0",
                "--admin-port=0",
                "--jolokia-port=0",
                "--database-url=" + databaseUrl,
                "--instance=" + INSTANCE,
                "--pool-size=" + POOL_SIZE,
                "--max-overflow=" + MAX_OVERFLOW,
                "--pool-timeout=" + text(POOL_TIMEOUT),
                "--statement-timeout=" + text(STATEMENT_TIMEOUT),
                "--socket-timeout=" + text(SOCKET_TIMEOUT),
                "--connect-timeout=2s",
                "--incident-wait=1s",
                "--diagnosis-interval=500ms",
                // Longer than every pause, so that the server closes no idle connection while a client sends on it.
                "--idle-timeout=10m",
                "--log-level=auth.database=DEBUG"));
        all.addAll(Arrays.asList(flags));
        AuthProcess process = AuthProcess.start(directory, environment, all.toArray(String[]::new));
        try {
            return new ProbedServer(postgres, process.awaitStart());
        } catch (Throwable e) {
            process.close();
            postgres.close();
            throw e;
        }
    }

    private static String text(Duration time) {
        return time.toMillis() + "ms";
    }

    Probe probe() {
        return probe;
    }

    SuperuserAccess postgres() {
        return postgres;
    }

    String url() {
        return url;
    }

    String adminUrl() {
        return adminUrl;
    }

    String jolokiaUrl() {
        return jolokiaUrl;
    }

    /** The complete lines of the server's log. */
    List<String> logLines() {
        String log = process.err();
        return log.substring(0, log.lastIndexOf('\n') + 1).lines().toList();
    }

    String out() {
        return process.out();
    }

    /** The server's current numbers of threads and descriptors, without the connections of its clients. */
    ProcessSample process(Duration at) {
        Path directory = Path.of("/proc/%d/fd".formatted(process.pid()));
        Map<String, Integer> kinds = new TreeMap<>();
        for (Path descriptor : list(directory)) {
            // For example socket:[1234], anon_inode:[eventpoll], or a path.
            kinds.merge(ListeningSockets.target(descriptor).replaceAll("\\[\\d+\\]|^/.*/", ""), 1, Integer::sum);
        }
        int descriptors = kinds.values().stream().mapToInt(Integer::intValue).sum();
        return new ProcessSample(
                at,
                list(Path.of("/proc/%d/task".formatted(process.pid()))).size(),
                descriptors - ListeningSockets.accepted(process.pid()),
                kinds);
    }

    private static List<Path> list(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Checks that the pool returns to its baseline, then stops the server with SIGTERM, and PostgreSQL. */
    void stop() throws Exception {
        try {
            probe.awaitBaseline();
        } finally {
            try {
                stopKeepingPostgres();
            } finally {
                postgres.close();
            }
        }
    }

    /** Stops the server with SIGTERM; checks its exit code and that all connections have a close event. */
    void stopKeepingPostgres() throws Exception {
        try {
            probe.stop();
        } finally {
            process.terminate();
            int exitCode = process.awaitEnd();
            process.close();
            assertThat(exitCode).isZero();
            assertThat(EventsOrdered.openAfter(logLines().stream()))
                    .as("connections without a close event")
                    .isEmpty();
        }
    }
}
