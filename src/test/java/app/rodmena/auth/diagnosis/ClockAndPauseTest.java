package app.rodmena.auth.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.testing.AuthProcess;
import app.rodmena.auth.testing.MigratedDatabase;
import app.rodmena.auth.testing.Program;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A healthy server whose process is suspended, or whose clock is set, gets no wrong verdict. */
class ClockAndPauseTest {
    /** Advances the wall clock of a process by an hour while a file exists. */
    private static final String CLOCK = """
            #define _GNU_SOURCE
            #include <stdlib.h>
            #include <sys/syscall.h>
            #include <time.h>
            #include <unistd.h>
            int clock_gettime(clockid_t id, struct timespec *time) {
                int result = syscall(SYS_clock_gettime, id, time);
                if (result == 0 && id == CLOCK_REALTIME && access(getenv("CLOCK_IS_AHEAD"), F_OK) == 0) {
                    time->tv_sec += 3600;
                }
                return result;
            }
            """;

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir
    Path directory;

    @Test
    void aSuspendedAndResumedProcess() throws Exception {
        try (AuthProcess server = start(Map.of())) {
            awaitWell(server);
            String before = diagnosis(server).path("time").asText();
            server.signal("STOP");
            await().pollDelay(Duration.ofSeconds(6)).until(() -> true);
            server.signal("CONT");
            work(server);
            await().until(() -> secondsAfter(server, before) >= 3);

            assertThat(situations(server, before)).containsExactly("WELL");
            assertThat(get(server, "/incidents")).isEmpty();
            assertThat(diagnosis(server).path("sentence").asText())
                    .containsPattern(
                            "; this process did not run for at least [5-9]\\.\\d s until .+Z: it was stopped,");
            assertThat(server.err()).contains("WARN  auth.metrics this process did not run for ");
        }
    }

    @Test
    void aClockThatIsSetForwardsAndBack() throws Exception {
        Path source = Files.writeString(directory.resolve("clock.c"), CLOCK);
        Path library = directory.resolve("clock.so");
        Path ahead = directory.resolve("ahead");
        Program.run(
                directory,
                "",
                List.of(
                        Program.installed("/usr/bin/gcc", "gcc"),
                        "-shared",
                        "-fPIC",
                        "-o",
                        library.toString(),
                        source.toString()));
        try (AuthProcess server = start(Map.of("LD_PRELOAD", library.toString(), "CLOCK_IS_AHEAD", ahead.toString()))) {
            awaitWell(server);
            String before = diagnosis(server).path("time").asText();
            Files.createFile(ahead);
            work(server);
            await().until(() -> diagnosis(server).path("time").asText().compareTo(plusMinutes(before, 50)) > 0);
            assertThat(diagnosis(server).path("situation").asText()).isEqualTo("WELL");
            Files.delete(ahead);
            work(server);
            await().until(() -> diagnosis(server).path("time").asText().compareTo(plusMinutes(before, 50)) < 0);
            await().until(() -> secondsAfter(server, before) >= 1);

            assertThat(diagnosis(server).path("situation").asText()).isEqualTo("WELL");
            assertThat(situations(server, before)).containsExactly("WELL");
            assertThat(get(server, "/incidents")).isEmpty();
        }
    }

    private AuthProcess start(Map<String, String> environment) throws IOException {
        return AuthProcess.start(
                        directory,
                        environment,
                        "--port=0",
                        "--admin-port=0",
                        "--database-url=" + MigratedDatabase.fresh().jdbcUrl() + "?user=postgres",
                        "--instance=paused")
                .awaitStart();
    }

    private static void awaitWell(AuthProcess server) {
        work(server);
        await().until(() -> diagnosis(server).path("situation").asText().equals("WELL"));
    }

    /** Sends requests, which must succeed. */
    private static void work(AuthProcess server) {
        for (int i = 0; i < 20; i++) {
            String key = UUID.randomUUID().toString();
            assertThat(server.ask("GET", "/api/roles", key).join().statusCode()).isEqualTo(200);
        }
    }

    private static Set<String> situations(AuthProcess server, String from) throws Exception {
        Set<String> situations = new HashSet<>();
        get(server, "/diagnosis?from=" + nextSecond(from))
                .path("seconds")
                .forEach(second -> situations.add(second.path("situation").asText()));
        return situations;
    }

    private static long secondsAfter(AuthProcess server, String from) throws Exception {
        return get(server, "/diagnosis?from=" + nextSecond(from))
                .path("sampledSeconds")
                .asLong();
    }

    private static Instant nextSecond(String time) {
        return Instant.parse(time).truncatedTo(ChronoUnit.SECONDS).plusSeconds(1);
    }

    private static String plusMinutes(String time, int minutes) {
        return Instant.parse(time).plus(Duration.ofMinutes(minutes)).toString();
    }

    private static JsonNode diagnosis(AuthProcess server) throws Exception {
        return get(server, "/diagnosis");
    }

    private static JsonNode get(AuthProcess server, String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(server.url("Admin") + path))
                .header("Accept", "application/json")
                .build();
        return new JsonMapper()
                .readTree(HTTP.send(request, BodyHandlers.ofString()).body());
    }
}
