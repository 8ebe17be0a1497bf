package app.rodmena.auth.metrics.jfr;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.diagnosis.incident.IncidentsConfig;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.testing.AuthProcess;
import app.rodmena.auth.testing.TestPostgres;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IncidentRecorderTest {
    private static final String SECRET = "hunter2-is-secret";

    private final String key = UUID.randomUUID().toString();
    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir
    Path directory;

    @Test
    void anIncidentHasARecordingWithoutSecrets() throws Exception {
        DatabaseTarget target = TestPostgres.freshDatabase();
        try (AuthProcess server = start(target, "--incident-recording")) {
            awaitRecording(server);
            lockOutCallers(server, target);
            await().atMost(Duration.ofSeconds(60)).until(() -> server.err().contains(": its recording is"));
            String id = idIn("Incident (\\S+): its recording is in", server);
            assertThat(id).as(server.err()).isNotEmpty();

            Path file = incidents().resolve(id + ".jfr");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
            List<RecordedEvent> events = RecordingFile.readAllEvents(file);
            assertThat(events)
                    .extracting(event -> event.getEventType().getName())
                    .contains("auth.Pool", "auth.Timeout", "auth.LockWait", "auth.Incident", "jdk.CPULoad")
                    .doesNotContain(
                            "jdk.InitialEnvironmentVariable", "jdk.InitialSystemProperty", "jdk.JVMInformation");
            assertThat(new String(Files.readAllBytes(file), ISO_8859_1)).doesNotContain(SECRET, key);

            HttpResponse<byte[]> download = get(server, "/incidents/" + id + "/recording");
            assertThat(download.statusCode()).isEqualTo(200);
            assertThat(download.body()).isEqualTo(Files.readAllBytes(file));
            assertThat(download.headers().firstValue("Content-Disposition"))
                    .hasValue("attachment; filename=\"%s.jfr\"".formatted(id));
            assertThat(request(server, "HEAD", "/incidents/" + id + "/recording")
                            .headers()
                            .firstValueAsLong("Content-Length"))
                    .hasValue(Files.size(file));

            // Files with other names in the directory, and outside of it, are out of reach; so is a symbolic link.
            Files.writeString(directory.resolve("other.jfr"), SECRET);
            Files.createSymbolicLink(incidents().resolve("20260101-000000-000a.jfr"), directory.resolve("other.jfr"));
            for (String path : List.of("..%2Fother", "..%2f..%2fetc%2fpasswd", "20260101-000000-000a", "x")) {
                assertThat(get(server, "/incidents/" + path + "/recording").statusCode())
                        .as(path)
                        .isIn(400, 404);
            }
        }
    }

    @Test
    void anIncidentThatHasNotEndedHasARecordingAfterTheStop() throws Exception {
        DatabaseTarget target = TestPostgres.freshDatabase();
        try (AuthProcess server = start(target, "--incident-recording", "--shutdown-grace=1s")) {
            awaitRecording(server);
            try (Connection locker = TestPostgres.connect(target);
                    var statement = locker.createStatement()) {
                locker.setAutoCommit(false);
                statement.execute("lock table auth_group in access exclusive mode");
                var waiting =
                        Stream.of("a", "b", "c").map(role -> ask(server, role)).toList();
                assertThat(waiting).hasSize(3);
                await().until(() -> server.err().contains("Incident "));
                server.terminate();
                server.awaitEnd();
            }
            String id = idIn("Incident (\\S+): its recording is in", server);
            assertThat(incidents().resolve(id + ".jfr")).as(server.err()).isRegularFile();
        }
    }

    @Test
    void noRecordingIsKeptWhileAnotherOneRecordsTheEnvironment() throws Exception {
        DatabaseTarget target = TestPostgres.freshDatabase();
        try (AuthProcess server = start(target, "--incident-recording")) {
            awaitRecording(server);
            JdkTool.jcmd(directory, server, "JFR.start", "name=operator", "settings=profile");
            lockOutCallers(server, target);
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> !idIn("Incident (\\S+): its recording is not kept", server)
                            .isEmpty());

            try (Stream<Path> files = Files.list(incidents())) {
                assertThat(files.map(file -> file.getFileName().toString()))
                        .isNotEmpty()
                        .allMatch(name -> name.endsWith(".json"));
            }
        }
    }

    @Test
    void recordingsNeedADirectory() {
        assertThatThrownBy(() -> new IncidentsConfig(Optional.empty(), Duration.ofSeconds(1), false, true))
                .hasMessageContaining("--incidents-dir");
    }

    /** One of three callers gets no connection; then the lock ends, and with it the incident. */
    private void lockOutCallers(AuthProcess server, DatabaseTarget target) throws Exception {
        try (Connection locker = TestPostgres.connect(target);
                var statement = locker.createStatement()) {
            locker.setAutoCommit(false);
            statement.execute("lock table auth_group in access exclusive mode");
            List<CompletableFuture<Integer>> three = List.of(ask(server, "a"), ask(server, "b"), ask(server, "c"));
            CompletableFuture.anyOf(three.toArray(CompletableFuture[]::new)).join();
            await().until(() -> server.err().contains("Incident "));
            await().until(() ->
                    new String(get(server, "/diagnosis").body(), UTF_8).contains("lock on auth_group held by"));
            locker.rollback();
            three.forEach(CompletableFuture::join);
        }
    }

    private Path incidents() {
        return directory.resolve("incidents");
    }

    private AuthProcess start(DatabaseTarget target, String... flags) throws IOException {
        List<String> all = Stream.concat(
                        Stream.of(
                                "--port=0",
                                "--pool-size=1",
                                "--max-overflow=1",
                                "--pool-timeout=2s",
                                "--incidents-dir=" + incidents(),
                                "--database-url=" + target.jdbcUrl() + "?user=postgres&password=" + SECRET),
                        Stream.of(flags))
                .toList();
        Map<String, String> environment = new HashMap<>(AuthProcess.ALL_LISTENERS);
        environment.put("SOME_SECRET", SECRET);
        return AuthProcess.start(directory, List.of(), AuthProcess.RECORDABLE, environment, all.toArray(String[]::new))
                .awaitStart();
    }

    private CompletableFuture<Integer> ask(AuthProcess server, String role) {
        return server.ask("POST", "/api/role/" + role, key).thenApply(HttpResponse::statusCode);
    }

    private HttpResponse<byte[]> get(AuthProcess server, String path) throws Exception {
        return request(server, "GET", path);
    }

    private HttpResponse<byte[]> request(AuthProcess server, String method, String path) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create(server.url("Admin") + path))
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofByteArray());
    }

    private static String idIn(String pattern, AuthProcess server) {
        Matcher line = Pattern.compile(pattern).matcher(server.err());
        return line.find() ? line.group(1) : "";
    }

    /** The Flight Recorder takes most of a second to start. A jcmd that fails is repeated. */
    private void awaitRecording(AuthProcess server) {
        await().pollDelay(Duration.ofMillis(500))
                .pollInterval(Duration.ofMillis(500))
                .untilAsserted(() ->
                        assertThat(JdkTool.jcmd(directory, server, "JFR.check")).contains("auth-incidents"));
    }
}
