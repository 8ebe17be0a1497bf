package app.rodmena.auth.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.testing.InvalidFraming;
import app.rodmena.auth.testing.RawClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RequestFramingTest {
    private TestApi api;

    @BeforeAll
    void start() throws Exception {
        // With these timeouts, a request that is refused only by a timeout fails the test.
        Duration hour = Duration.ofHours(1);
        api = new TestApi(TestApi.CONFIG.with(draft -> {
            draft.readTimeout = hour;
            draft.idleTimeout = hour;
            draft.shutdownGrace = Duration.ZERO;
        }));
    }

    @AfterAll
    void stop() {
        api.close();
    }

    static Stream<String> invalid() {
        return InvalidFraming.requests();
    }

    @ParameterizedTest
    @MethodSource("invalid")
    void ambiguousFramingIsRefusedImmediately(String headers) throws Exception {
        InvalidFraming.assertIsRefused(
                api.listener.port(),
                "POST /api/role/doubtful HTTP/1.1\r\nHost: h\r\n%s\r\n%s".formatted(api.bearer(), headers));

        await().untilAsserted(() -> assertThat(api.listener.inFlight()).isZero());
        assertThat(api.send("GET", "/api/roles").body()).doesNotContain("doubtful");
    }

    @Test
    void chunkedHttp10AndBareLineFeedsAreRefused() throws Exception {
        for (String request : List.of(
                "POST /ping HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "GET /ping HTTP/1.1\nHost: h\r\n\r\n",
                "GET /ping\tHTTP/1.1\r\nHost: h\r\n\r\n")) {
            InvalidFraming.assertIsRefused(api.listener.port(), request);
        }
    }

    @Test
    void requestsBeforeAnInvalidOneAreAnsweredAndLaterOnesDiscarded() throws Exception {
        api.send("POST", "/api/role/kept");
        String valid = "GET /ping HTTP/1.1\r\nHost: h\r\n\r\n";
        String invalid = "POST /ping HTTP/1.1\r\nHost: h\r\nContent-Length: 18446744073709551616\r\n\r\n";
        String smuggled = "DELETE /api/role/kept HTTP/1.1\r\nHost: h\r\n%s\r\n\r\n".formatted(api.bearer());
        try (RawClient client = api.raw()) {
            client.send(valid + valid + invalid + smuggled);

            assertThat(client.reply().status()).isEqualTo(200);
            assertThat(client.reply().status()).isEqualTo(200);
            assertThat(client.reply().status()).isEqualTo(400);
            assertThat(client.isClosedByServer()).isTrue();
        }
        assertThat(api.send("GET", "/api/roles").body()).contains("kept");
    }

    @Test
    void validChunksAreAcceptedInAnySplit() throws Exception {
        String request = "POST /api/role/chunked HTTP/1.1\r\nHost: h\r\n%s\r\nTransfer-Encoding:  Chunked \r\n\r\n"
                        .formatted(api.bearer())
                + "5;a=\"b\"\r\nhello\r\nA\r\n0123456789\r\n0\r\nX-Trailer: y\r\n\r\n";
        try (RawClient client = api.raw()) {
            client.send(request + request);
            assertThat(client.reply().body()).isEqualTo("{\"result\":true}");
            assertThat(client.reply().body()).isEqualTo("{\"result\":true}");
            for (int i = 0; i < request.length(); i++) {
                client.send(request.substring(i, i + 1));
            }
            assertThat(client.reply().body()).isEqualTo("{\"result\":true}");
            assertThat(client.request("GET /ping").reply().status()).isEqualTo(200);
        }
    }

    @Test
    void invalidRequestsOccupyNoConnections() throws Exception {
        Duration hour = Duration.ofHours(1);
        try (TestApi small =
                new TestApi(TestApi.CONFIG.with(draft -> draft.maxClients = 20).with(draft -> {
                    draft.readTimeout = hour;
                    draft.idleTimeout = hour;
                    draft.shutdownGrace = Duration.ZERO;
                }))) {
            List<RawClient> clients = new ArrayList<>();
            try {
                for (int i = 0; i < 20; i++) {
                    clients.add(small.raw()
                            .send(
                                    "POST /api/role/r HTTP/1.1\r\nHost: h\r\n%s\r\nContent-Length: 9223372036854775808\r\n\r\n"
                                            .formatted(small.bearer())));
                }
                assertThat(small.sendWithoutKey("GET", "/health/live").statusCode())
                        .isEqualTo(200);
            } finally {
                for (RawClient client : clients) {
                    client.close();
                }
            }
        }
    }
}
