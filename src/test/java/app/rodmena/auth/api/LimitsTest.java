package app.rodmena.auth.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.testing.RawClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LimitsTest {
    private static final Duration READ = Duration.ofMillis(600);
    private static final Duration IDLE = Duration.ofMillis(900);

    private TestApi api;

    @BeforeAll
    void start() throws Exception {
        api = new TestApi();
    }

    @AfterAll
    void stop() {
        api.close();
    }

    @Test
    void largerHeadersAreRefusedAndTheConnectionStaysOpen() throws Exception {
        try (RawClient client = api.raw()) {
            assertThat(client.request("GET /ping", "X: " + "x".repeat(15_000))
                            .reply()
                            .status())
                    .isEqualTo(200);

            RawClient.Reply refusal =
                    client.request("GET /ping", "X: " + "x".repeat(17_000)).reply();
            assertThat(refusal.status()).isEqualTo(431);
            assertThat(TestApi.withoutTimestamp(refusal.body()))
                    .isEqualTo(TestApi.error(431, "The request's headers are larger than 16384 bytes"));

            assertThat(client.request("GET /ping").reply().status()).isEqualTo(200);
        }
    }

    @Test
    void muchLargerHeadersAreRefusedAndTheConnectionIsClosed() throws Exception {
        try (RawClient client = api.raw()) {
            // Exactly what the server reads before it closes: unread bytes would reset the connection.
            String start = "GET /ping HTTP/1.1\r\nHost: h\r\nX: ";
            client.send(start + "x".repeat(2 * 16 * 1024 + 1 - start.length()));

            RawClient.Reply refusal = client.reply();
            assertThat(refusal.status()).isEqualTo(431);
            assertThat(TestApi.withoutTimestamp(refusal.body()))
                    .isEqualTo(TestApi.error(431, "The request's headers are larger than 16384 bytes"));
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @Test
    void aTooLongTargetIsRefused() throws Exception {
        try (RawClient client = api.raw()) {
            assertThat(client.request("GET /ping?" + "q".repeat(8_000)).reply().status())
                    .isEqualTo(200);
            for (String target : List.of("/ping?" + "q".repeat(9_000), "/api/members/" + "m".repeat(9_000))) {
                RawClient.Reply refusal = client.request("GET " + target).reply();

                assertThat(refusal.status()).isEqualTo(414);
                assertThat(TestApi.withoutTimestamp(refusal.body()))
                        .isEqualTo(TestApi.error(414, "The request target is longer than 8192 bytes"));
            }
        }
    }

    @Test
    void tooManyHeadersAreRefusedInJson() throws Exception {
        try (RawClient client = api.raw()) {
            String[] headers = new String[300];
            for (int i = 0; i < headers.length; i++) {
                headers[i] = "X-%d: x".formatted(i);
            }
            RawClient.Reply refusal = client.request("GET /ping", headers).reply();

            assertThat(refusal.status()).isEqualTo(400);
            assertThat(refusal.body()).startsWith("{\"success\":false,\"code\":400,");
        }
    }

    @Test
    void aBodyOfTheMaximumSizeIsAccepted() throws Exception {
        try (RawClient client = api.raw()) {
            client.send("POST /api/role/r HTTP/1.1\r\nHost: h\r\n%s\r\nContent-Length: 262144\r\n\r\n"
                    .formatted(api.bearer()));
            client.send("x".repeat(262_144));

            assertThat(client.reply().status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/role/toolarge", "/nothing"})
    void aTooLargeAnnouncedBodyIsRefusedWithAReadableResponse(String path) throws Exception {
        try (RawClient client = api.raw()) {
            client.send("POST %s HTTP/1.1\r\nHost: h\r\n%s\r\nContent-Length: 3000000\r\n\r\n"
                    .formatted(path, api.bearer()));
            client.send("x".repeat(3_000_000));

            assertIsTooLarge(client.reply());
        }
        assertThat(api.send("GET", "/api/roles").body()).doesNotContain("toolarge");
    }

    @Test
    void aTooLargeChunkedBodyIsRefusedWithoutEffect() throws Exception {
        try (RawClient client = api.raw()) {
            client.send("POST /api/role/toolarge HTTP/1.1\r\nHost: h\r\n%s\r\nTransfer-Encoding: chunked\r\n\r\n"
                    .formatted(api.bearer()));
            for (int i = 0; i < 80; i++) {
                client.send("1000\r\n" + "x".repeat(4096) + "\r\n");
            }
            client.send("0\r\n\r\n");

            assertIsTooLarge(client.reply());
        }
        assertThat(api.send("GET", "/api/roles").body()).doesNotContain("toolarge");
    }

    private static void assertIsTooLarge(RawClient.Reply reply) {
        assertThat(reply.status()).isEqualTo(413);
        assertThat(reply.header("connection")).isEqualTo("close");
        assertThat(TestApi.withoutTimestamp(reply.body()))
                .isEqualTo(TestApi.error(413, "The request's body is larger than 262144 bytes"));
    }

    @Test
    void slowAndSilentClientsAreDisconnectedAndDelayNoOtherClient() throws Exception {
        try (TestApi shortTimeouts = new TestApi(TestApi.CONFIG.with(draft -> {
            draft.readTimeout = READ;
            draft.idleTimeout = IDLE;
            draft.shutdownGrace = Duration.ofSeconds(30);
        }))) {
            List<RawClient> silent = new ArrayList<>();
            List<RawClient> slowHeaders = new ArrayList<>();
            List<RawClient> slowBodies = new ArrayList<>();
            for (int i = 0; i < 80; i++) {
                silent.add(shortTimeouts.raw());
                slowHeaders.add(shortTimeouts.raw().send("GET /ping HTTP/1.1\r\nHost: h\r\nX-Slow: "));
                slowBodies.add(shortTimeouts
                        .raw()
                        .send("POST /api/role/slow HTTP/1.1\r\nHost: h\r\n%s\r\nContent-Length: 9\r\n\r\nx"
                                .formatted(shortTimeouts.bearer())));
            }

            assertThat(shortTimeouts.send("GET", "/api/roles").body()).isEqualTo("{\"result\":[]}");

            for (RawClient client : slowBodies) {
                assertThat(TestApi.withoutTimestamp(client.reply().body()))
                        .isEqualTo(TestApi.error(408, "The request's body did not arrive in time"));
            }
            for (List<RawClient> clients : List.of(slowHeaders, silent, slowBodies)) {
                for (RawClient client : clients) {
                    assertThat(client.isClosedByServer()).isTrue();
                    client.close();
                }
            }
            assertThat(shortTimeouts.send("GET", "/api/roles").body()).isEqualTo("{\"result\":[]}");
        }
    }

    @Test
    void hundredsOfIdleConnectionsAreSupported() throws Exception {
        List<RawClient> idle = new ArrayList<>();
        try {
            for (int i = 0; i < 400; i++) {
                RawClient client = api.raw();
                idle.add(client);
                assertThat(client.request("GET /ping").reply().status()).isEqualTo(200);
            }
            for (RawClient client : idle) {
                assertThat(client.request("GET /api/permission/r/p", api.bearer())
                                .reply()
                                .body())
                        .isEqualTo("{\"result\":false}");
            }
        } finally {
            for (RawClient client : idle) {
                client.close();
            }
        }
    }

    @Test
    @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aClientThatNeverReadsIsDisconnected() throws Exception {
        try (TestApi shortTimeouts = new TestApi(TestApi.CONFIG.with(draft -> {
                    draft.readTimeout = READ;
                    draft.idleTimeout = IDLE;
                    draft.shutdownGrace = Duration.ofSeconds(30);
                }));
                RawClient nonReading = shortTimeouts.raw()) {
            String request = "GET /health HTTP/1.1\r\nHost: h\r\n\r\n".repeat(500);

            // The responses fill the buffers of both ends; then the server reads no more and disconnects.
            assertThat(catchThrowable(() -> {
                        for (int i = 0; i < 2_000; i++) {
                            nonReading.send(request);
                        }
                    }))
                    .isInstanceOf(IOException.class);
            assertThat(shortTimeouts.sendWithoutKey("GET", "/ping").statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void clientsBeyondTheMaximumWaitForAFreeConnection() throws Exception {
        try (TestApi api = new TestApi(TestApi.CONFIG.with(draft -> draft.maxClients = 8))) {
            List<RawClient> clients = new ArrayList<>();
            try {
                for (int i = 0; i < 80; i++) {
                    clients.add(api.raw().request("GET /ping"));
                }
                await().during(Duration.ofMillis(500))
                        .until(() -> answered(clients).size() <= 8);
                while (!clients.isEmpty()) {
                    await().until(() -> !answered(clients).isEmpty());
                    for (RawClient served : answered(clients)) {
                        assertThat(served.reply().status()).isEqualTo(200);
                        clients.remove(served);
                        served.close();
                    }
                }
            } finally {
                for (RawClient client : clients) {
                    client.close();
                }
            }
        }
    }

    private static List<RawClient> answered(List<RawClient> clients) throws IOException {
        List<RawClient> answered = new ArrayList<>();
        for (RawClient client : clients) {
            if (client.hasReply()) {
                answered.add(client);
            }
        }
        return answered;
    }
}
