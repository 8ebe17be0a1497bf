package app.rodmena.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.testing.AuthProcess;
import app.rodmena.auth.testing.RawClient;
import app.rodmena.auth.testing.TestPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A process that may have few files open. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DescriptorLimitTest {
    private static final int IDLE_CLIENTS = 400;
    private static final List<String> HTTP_LISTENERS = List.of("Listening", "Admin", "Jolokia");

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(ints = {32, 50, 100, 126})
    void aLimitThatIsTooLowEndsTheStartWithOneLine(int limit) throws Exception {
        try (AuthProcess process = start(limit)) {
            assertThat(process.awaitEnd()).isEqualTo(2);
            assertThat(process.err().lines()).hasSize(1);
            assertThat(process.err())
                    .contains(" " + limit + ";")
                    .contains("127")
                    .contains("ulimit -n");
        }
    }

    @Test
    void idleClientsOfEachListenerLeaveTheOthersAnswering() throws Exception {
        try (AuthProcess process = start(256).awaitStart()) {
            assertThat(process.out() + process.err()).contains("--max-clients").contains("256");
            for (String flooded : List.of("Listening", "Admin", "Jolokia", "JMX")) {
                List<RawClient> idle = new ArrayList<>();
                try {
                    for (int i = 0; i < IDLE_CLIENTS; i++) {
                        idle.add(new RawClient(process.port(flooded)));
                    }
                    for (String listener : HTTP_LISTENERS) {
                        if (!listener.equals(flooded)) {
                            assertIsAnsweredWithin(Duration.ofSeconds(5), process.port(listener));
                        }
                    }
                } finally {
                    for (RawClient client : idle) {
                        client.close();
                    }
                }
                if (HTTP_LISTENERS.contains(flooded)) {
                    await().atMost(Duration.ofSeconds(20))
                            .ignoreExceptions()
                            .untilAsserted(() -> assertIsAnsweredWithin(Duration.ofSeconds(5), process.port(flooded)));
                }
            }
            assertThat(process.isAlive()).isTrue();
        }
    }

    private static void assertIsAnsweredWithin(Duration most, int port) throws IOException {
        long start = System.nanoTime();
        try (RawClient client = new RawClient(port)) {
            assertThat(client.request("GET /health/live").reply().status()).isPositive();
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(most);
    }

    private AuthProcess start(int openFiles) throws IOException {
        return AuthProcess.start(
                directory,
                List.of("bash", "-c", "ulimit -n %d; exec \"$@\"".formatted(openFiles), "bash"),
                List.of(),
                AuthProcess.ALL_LISTENERS,
                "--port=0",
                "--database-url=" + TestPostgres.freshDatabase().jdbcUrl() + "?user=postgres",
                "--incidents-dir=off",
                "--instance=descriptors");
    }
}
