package app.rodmena.auth.metrics.jfr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.pool.PoolView;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.schema.RecordSchema;
import app.rodmena.auth.testing.AuthProcess;
import app.rodmena.auth.testing.TestPostgres;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import jdk.jfr.EventType;
import jdk.jfr.ValueDescriptor;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;

/** Records a server with the JDK's tools. */
class FlightRecorderListenerTest {
    private static final Path SETTINGS = Path.of("jmx-dashboards/jfr/auth.jfc").toAbsolutePath();

    private final String key = UUID.randomUUID().toString();

    @TempDir
    static Path directory;

    /** Each test stops the recording that it starts. */
    private static AuthProcess server;

    private static DatabaseTarget target;

    @BeforeAll
    static void start() throws Exception {
        target = TestPostgres.freshDatabase();
        server = start(target);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void theFlightRecorderDoesNotRunByDefault() throws Exception {
        assertThat(jcmd(server, "JFR.check")).contains("No available recordings");
    }

    @Test
    void poolEventsAreRecordedWithoutKeys() throws Exception {
        Path file = directory.resolve("auth.jfr");
        try (Connection locker = TestPostgres.connect(target);
                var statement = locker.createStatement()) {
            jcmd(server, "JFR.start", "name=pool", "settings=profile", "settings=" + SETTINGS);
            endSessions();
            assertThat(status(server, "before")).isEqualTo(200);
            locker.setAutoCommit(false);
            statement.execute("lock table auth_group in access exclusive mode");
            List<CompletableFuture<Integer>> three = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                three.add(ask(server, "role-" + i));
            }
            CompletableFuture.anyOf(three.toArray(CompletableFuture[]::new)).join();
            locker.rollback();
            assertThat(three).extracting(CompletableFuture::join).containsExactlyInAnyOrder(200, 200, 503);

            jcmd(server, "JFR.stop", "name=pool", "filename=" + file);
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file);

        assertThat(of("auth.Connect", events)).isNotEmpty().allSatisfy(connect -> {
            assertThat(connect.getBoolean("opened")).isTrue();
            assertThat(connect.getInt("backendPid")).isPositive();
            assertThat(connect.getDuration("connectTime")).isPositive();
        });
        assertThat(of("auth.Checkout", events)).hasSize(3).allSatisfy(checkout -> {
            assertThat(checkout.getString("route")).isEqualTo("POST /api/role/{role}");
            assertThat(checkout.getString("tenant")).hasSize(12);
            assertThat(checkout.getInt("callers")).isEqualTo(1);
            assertThat(checkout.getString("requestId")).matches("id-of-(before|role-\\d)");
            assertThat(checkout.getDuration("useTime")).isPositive();
            // Both measure the same span, at slightly different times.
            assertThat(checkout.getDuration()
                            .minus(checkout.getDuration("useTime"))
                            .abs())
                    .isLessThan(Duration.ofSeconds(1));
        });
        assertThat(of("auth.Checkout", events))
                .filteredOn(checkout -> checkout.getDuration("useTime").toMillis() >= 300)
                .hasSizeGreaterThan(1);
        assertThat(of("auth.Timeout", events)).singleElement().satisfies(timeout -> {
            assertThat(timeout.getDuration("waitTime")).isBetween(Duration.ofSeconds(2), Duration.ofSeconds(20));
            assertThat(timeout.getString("route")).isEqualTo("POST /api/role/{role}");
            assertThat(timeout.getString("requestId")).startsWith("id-of-role-");
            assertThat(timeout.getString("cause")).isNotBlank();
        });
        assertThat(of("auth.SlowStatement", events)).hasSizeGreaterThan(1).allSatisfy(slow -> {
            assertThat(slow.getString("statement")).startsWith("roles.");
            assertThat(slow.getString("requestId")).startsWith("id-of-role-");
            assertThat(slow.getDuration("statementTime")).isGreaterThan(Duration.ofMillis(200));
            assertThat(slow.getString("sql")).contains("auth_group");
        });
        assertThat(JdkTool.run(
                        directory, "jfr", "print", "--events", "auth.Timeout,auth.SlowStatement", file.toString()))
                .containsPattern("auth\\.Timeout \\{[^}]*waitTime = \\d")
                .containsPattern("auth\\.SlowStatement \\{[^}]*statement = \"roles\\.")
                .doesNotContain("auth.Checkout {");
        assertThat(hasKey(file)).isFalse();
    }

    @Test
    void checkoutsAreRecordedOnlyOnRequest() throws Exception {
        Path file = directory.resolve("default.jfr");
        jcmd(server, "JFR.start", "name=usual");
        endSessions();
        assertThat(status(server, "one")).isEqualTo(200);
        jcmd(server, "JFR.stop", "name=usual", "filename=" + file);
        List<RecordedEvent> events = RecordingFile.readAllEvents(file);

        assertThat(of("auth.Connect", events)).isNotEmpty();
        assertThat(of("auth.Checkout", events)).isEmpty();
        // The counts of jfr summary
        try (RecordingFile recording = new RecordingFile(file)) {
            assertThat(recording.readEventTypes())
                    .extracting(EventType::getName)
                    .contains(
                            "auth.Connect",
                            "auth.Checkout",
                            "auth.Timeout",
                            "auth.SlowStatement",
                            "auth.LockWait",
                            "auth.Incident",
                            "auth.Pool");
        }
        assertThat(hasKey(file)).isFalse();
    }

    @Test
    void aLockIsRecordedWithItsBlockerAndItsIncident() throws Exception {
        DatabaseTarget fresh = TestPostgres.freshDatabase();
        Path file = directory.resolve("lock.jfr");
        int pid;
        // Own server: an incident left by another test would include this lock.
        try (AuthProcess server = start(fresh);
                Connection locker = TestPostgres.connect(fresh);
                var statement = locker.createStatement()) {
            pid = locker.unwrap(PGConnection.class).getBackendPID();
            assertThat(status(server, "before")).isEqualTo(200);
            jcmd(server, "JFR.start", "name=lock");
            statement.execute("set application_name = 'deploy'");
            locker.setAutoCommit(false);
            statement.execute("lock table auth_group in access exclusive mode");
            List<CompletableFuture<Integer>> three = List.of(ask(server, "a"), ask(server, "b"), ask(server, "c"));
            CompletableFuture.anyOf(three.toArray(CompletableFuture[]::new)).join();
            await().until(() -> server.err().contains("Incident "));
            // The pool's numbers are recorded once a second.
            await().pollDelay(Duration.ofMillis(2_200)).until(() -> true);
            locker.rollback();
            assertThat(three).extracting(CompletableFuture::join).containsExactlyInAnyOrder(200, 200, 503);
            await().until(() -> server.err().contains("has ended"));
            jcmd(server, "JFR.dump", "name=lock", "filename=" + file);
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file);

        assertThat(of("auth.LockWait", events)).isNotEmpty().allSatisfy(wait -> {
            assertThat(wait.getString("blocker")).isEqualTo("pid %s (deploy)".formatted(pid));
            assertThat(wait.getInt("blockerPid")).isEqualTo(pid);
            assertThat(wait.getString("blockerKind")).isEqualTo("CLIENT");
            assertThat(wait.getString("blockerState")).isEqualTo("idle in transaction");
            assertThat(wait.getString("blockerStatement")).startsWith("lock table auth_group");
            assertThat(wait.getString("lock")).isEqualTo("auth_group");
            assertThat(wait.getString("mode")).endsWith("Lock");
            assertThat(wait.getString("statement")).contains("auth_group");
            assertThat(wait.getString("route")).isEqualTo("POST /api/role/{role}");
            assertThat(wait.getInt("backendPid")).isPositive().isNotEqualTo(pid);
            assertThat(wait.getDuration("waitTime")).isPositive();
        });
        assertThat(of("auth.Incident", events))
                .filteredOn(incident -> incident.getString("cause").equals("TIMEOUT"))
                .extracting(incident -> incident.getBoolean("ended"))
                .contains(false, true);
        assertThat(of("auth.Incident", events)).allSatisfy(incident -> {
            assertThat(incident.getString("sentence")).contains("pid " + pid);
            if (!incident.getBoolean("ended")) {
                assertThat(incident.getDuration("lasted")).isZero();
            }
        });
        assertThat(of("auth.Pool", events))
                .hasSizeGreaterThan(3)
                .allSatisfy(now -> assertThat(now.getInt("maximum")).isEqualTo(2))
                .anySatisfy(now -> {
                    assertThat(now.getInt("checkedOut")).isEqualTo(2);
                    assertThat(now.getDouble("utilisation")).isEqualTo(1.0);
                });
        assertThat(of("auth.Pool", events).get(0).getFields())
                .extracting(ValueDescriptor::getName)
                .containsAll(RecordSchema.of(PoolView.class).fields().stream()
                        .map(field -> field.name().replaceFirst("Millis$", ""))
                        .toList());
    }

    /** Whether the text is in any event: of this project, of the JVM or of libraries. */
    private boolean hasKey(Path file) throws Exception {
        return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(key);
    }

    private static AuthProcess start(DatabaseTarget target) throws Exception {
        return AuthProcess.start(
                        directory,
                        List.of(),
                        AuthProcess.RECORDABLE,
                        Map.of(),
                        "--port=0",
                        "--pool-size=1",
                        "--max-overflow=1",
                        "--pool-timeout=2s",
                        "--slow-statement=200ms",
                        "--incidents-dir=" + directory.resolve("incidents"),
                        "--database-url=" + target.jdbcUrl() + "?user=postgres")
                .awaitStart();
    }

    private int status(AuthProcess server, String role) {
        return ask(server, role).join();
    }

    private CompletableFuture<Integer> ask(AuthProcess server, String role) {
        return server.ask("POST", "/api/role/" + role, key, "X-Request-ID", "id-of-" + role)
                .thenApply(answer -> answer.statusCode());
    }

    private static List<RecordedEvent> of(String type, List<RecordedEvent> events) {
        return events.stream()
                .filter(event -> event.getEventType().getName().equals(type))
                .toList();
    }

    /** Ends the sessions of the server, so that it connects again. */
    private static void endSessions() throws SQLException {
        try (Connection admin = TestPostgres.connect(target);
                var statement = admin.createStatement()) {
            statement.execute("""
                    select pg_terminate_backend(pid, 10000) from pg_stat_activity
                    where datname = current_database() and application_name like 'auth/%'
                    """);
        }
    }

    private static String jcmd(AuthProcess server, String... words) throws Exception {
        return JdkTool.jcmd(directory, server, words);
    }
}
