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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A server as a process of its own, on a PostgreSQL of the test's, with a probe on it. */
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

    /** Makes the role and the database that the server uses; the role is no superuser and has a password. */
    static void prepare(SuperuserAccess postgres) throws SQLException {
        postgres.execute(
                "postgres",
                "create role %s login password '%s'".formatted(ROLE, PASSWORD),
                "grant pg_monitor, pg_signal_backend to " + ROLE,
                "create database %s owner %s".formatted(DATABASE, ROLE));
    }

    /** Where {@link #prepare} has made it. */
    static DatabaseTarget target(PostgresServer postgres) {
        return postgres.target(DATABASE, ROLE, PASSWORD);
    }

    /**
     * @param postgres stopped with the server
     * @param target the database as the server shall reach it, perhaps through something that stands between
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
                // The clients' connections outlive every pause, so that none is closed at the moment of a request
                "--idle-timeout=10m",
                "--log-level=auth.database=DEBUG"));
        all.addAll(Arrays.asList(flags));
        // A server that lives for a minute has no use for the optimising compiler
        Map<String, String> variables = new HashMap<>(Map.of("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1"));
        variables.putAll(environment);
        AuthProcess process = AuthProcess.start(directory, variables, all.toArray(String[]::new));
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

    /** Whole lines of all that it has logged. */
    List<String> logLines() {
        String log = process.err();
        return log.substring(0, log.lastIndexOf('\n') + 1).lines().toList();
    }

    String out() {
        return process.out();
    }

    /** Its threads and descriptors now; without the connections to its listeners, which are its clients'. */
    ProcessSample process(Duration at) {
        return new ProcessSample(
                at,
                count(Path.of("/proc/%d/task".formatted(process.pid()))),
                count(Path.of("/proc/%d/fd".formatted(process.pid()))) - ListeningSockets.accepted(process.pid()));
    }

    private static int count(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            return (int) entries.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stops the server as an operator does, and PostgreSQL. */
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

    /** Stops the server as an operator does, and checks what can be told only at its end. */
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
