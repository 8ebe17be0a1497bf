package app.rodmena.auth.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.security.OperatorRole;
import app.rodmena.auth.security.OperatorsFile;
import app.rodmena.auth.testing.InvalidFraming;
import app.rodmena.auth.testing.LogOf;
import app.rodmena.auth.testing.RawClient;
import app.rodmena.auth.testing.TestOperators;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Login, roles, origin checks and limits of the admin listener. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AdminSecurityTest {
    @TempDir
    static Path directory;

    private TestAdmin admin;
    private LogOf audit;

    @BeforeAll
    void start() throws Exception {
        audit = LogOf.logger("auth.audit");
        admin = TestAdmin.withOperators(directory);
        assertThat(admin.api("/api/roles").get().statusCode()).isEqualTo(200);
    }

    @AfterAll
    void stop() {
        admin.close();
        audit.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/pool", "/pool/connections", "/events", "/dashboard", "/fleet", "/"})
    void requestsWithoutLoginGet401(String path) throws Exception {
        HttpResponse<String> response = admin.get(path);

        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(response.headers().firstValue("www-authenticate").orElse("")).startsWith("Basic realm=");
    }

    @Test
    void probesNeedNoLogin() throws Exception {
        assertThat(admin.get("/health").statusCode()).isEqualTo(200);
        assertThat(admin.get("/health/live").statusCode()).isEqualTo(200);
    }

    @Test
    void aWrongPasswordIsDelayedAndAudited() throws Exception {
        long before = System.nanoTime();
        HttpResponse<String> response =
                admin.send(admin.request("/pool").header("Authorization", TestAdmin.basic(TestAdmin.MONITOR, "guess")));

        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThan(Duration.ofMillis(900));
        assertThat(audit.lines()).anyMatch(line -> line.contains("to log in as 'bob'"));
    }

    @Test
    void theMonitorRoleMayOnlyRead() throws Exception {
        JsonNode pool = TestAdmin.json(admin.send(admin.request(TestAdmin.MONITOR, "/pool")));
        assertThat(pool.at("/operator/role").textValue()).isEqualTo("monitor");
        assertThat(pool.at("/operator/mayChange").booleanValue()).isFalse();

        HttpResponse<String> response = admin.post(TestAdmin.MONITOR, "/settings", "{\"poolSize\":1}");
        assertThat(response.statusCode()).isEqualTo(403);
        assertThat(response.body()).contains("role control");
        assertThat(admin.server.poolStatus().poolSize()).isEqualTo(5);
        assertThat(audit.lines()).anyMatch(line -> line.contains("bob (monitor)") && line.contains("POST /settings"));
    }

    @Test
    void controlChangesSettingsTogetherAndIsAudited() throws Exception {
        HttpResponse<String> response =
                admin.post(TestAdmin.CONTROL, "/settings", "{\"maxWaiting\":77,\"leakThresholdMillis\":2000}");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(TestAdmin.json(response).at("/before/maxWaiting").intValue()).isEqualTo(1000);
        assertThat(TestAdmin.json(response).at("/after/maxWaiting").intValue()).isEqualTo(77);
        JsonNode pool = TestAdmin.json(admin.send(admin.request(TestAdmin.MONITOR, "/pool")));
        assertThat(pool.at("/settings/leakThresholdMillis").intValue()).isEqualTo(2000);
        assertThat(audit.lines())
                .anyMatch(line -> line.contains("alice (control)") && line.contains("\"maxWaiting\":77"));
    }

    @Test
    void aDryRunChangesNothing() throws Exception {
        JsonNode settings =
                TestAdmin.json(admin.post(TestAdmin.CONTROL, "/settings", "{\"maxOverflow\":9,\"dryRun\":true}"));
        assertThat(settings.at("/dryRun").booleanValue()).isTrue();
        assertThat(settings.at("/after/maxOverflow").intValue()).isEqualTo(9);
        assertThat(admin.server.poolStatus().maxOverflow()).isEqualTo(5);

        JsonNode action = TestAdmin.json(admin.post(TestAdmin.CONTROL, "/actions/evictIdle", "{\"dryRun\":true}"));
        assertThat(action.at("/connections").intValue()).isEqualTo(1);
        assertThat(admin.server.poolStatus().totalConnections()).isEqualTo(1);
    }

    @Test
    void suspendAndResumeTakeEffect() throws Exception {
        assertThat(admin.post(TestAdmin.CONTROL, "/actions/suspend", "").statusCode())
                .isEqualTo(200);
        var waiting = admin.api("/api/roles");
        await().until(() -> admin.server.poolStatus().waiting() == 1);
        assertThat(admin.post(TestAdmin.CONTROL, "/actions/resume", "{}").statusCode())
                .isEqualTo(200);
        assertThat(waiting.get().statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"poolSize\":0} | pool_size: 0; must be 1 to 1000",
                "{\"poolSize\":\"5\"} | poolSize: \\\"5\\\"; must be a whole number",
                "{\"poolSize\":5.5} | poolSize: 5.5; must be a whole number",
                "{\"poolsize\":5} | unknown field 'poolsize'; allowed: batchSlots, dryRun",
                "{\"dryRun\":1} | dryRun: 1; must be true or false",
                "[1] | the body must be a JSON object",
                "{\"poolSize\":5 | the body is not JSON",
                "{\"poolSize\":5,\"poolSize\":6} | the body is not JSON",
                "{} {} | the body is not JSON"
            })
    void invalidSettingsAreRefusedWithTheAllowedValues(String body, String message) throws Exception {
        HttpResponse<String> response = admin.post(TestAdmin.CONTROL, "/settings", body);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains(message);
        assertThat(admin.server.poolStatus().poolSize()).isEqualTo(5);
    }

    @Test
    void changesMustBeJson() throws Exception {
        for (String type : List.of("text/plain", "application/x-www-form-urlencoded", "multipart/form-data")) {
            assertThat(admin.send(admin.request(TestAdmin.CONTROL, "/actions/evictIdle")
                                    .header("Content-Type", type)
                                    .POST(BodyPublishers.ofString("{}")))
                            .statusCode())
                    .isEqualTo(415);
        }
        assertThat(admin.server.poolStatus().totalConnections()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "Host: evil.example, Host header",
        "Host: 127.0.0.1.evil.example, Host header",
        "Origin: http://evil.example, Origin header",
        "Origin: null, Origin header",
        "Referer: http://evil.example/page, Referer header",
        "Sec-Fetch-Site: cross-site, the request is from a page of another site"
    })
    void pagesOfOtherSitesAreRefused(String header, String reason) throws Exception {
        try (RawClient client = new RawClient(admin.port())) {
            String host = header.startsWith("Host") ? header : "Host: localhost:" + admin.port() + "\r\n" + header;
            String login = TestAdmin.basic(TestAdmin.CONTROL, TestAdmin.password(TestAdmin.CONTROL));
            client.send("GET /pool HTTP/1.1\r\n%s\r\nAuthorization: %s\r\n\r\n".formatted(host, login));

            RawClient.Reply reply = client.reply();
            assertThat(reply.status()).isEqualTo(403);
            assertThat(reply.body()).contains(reason);
        }
        assertThat(audit.lines()).anyMatch(line -> line.contains(reason));
    }

    @Test
    void theStreamOfARemovedOperatorEnds() throws Exception {
        OperatorsFile file = TestOperators.add(directory, "carol", OperatorRole.MONITOR, TestAdmin.password("carol"));
        await().until(() -> admin.send(admin.request("carol", "/pool")).statusCode() == 200);
        try (Stream<String> lines = HttpClient.newHttpClient()
                .send(admin.request("carol", "/events").build(), BodyHandlers.ofLines())
                .body()) {
            CompletableFuture<Void> ended = CompletableFuture.runAsync(() -> lines.forEach(line -> {}));

            file.remove("carol");

            await().until(ended::isDone);
        }
    }

    @Test
    void pagesOfTheServerAreAccepted() throws Exception {
        try (RawClient client = new RawClient(admin.port())) {
            String login = TestAdmin.basic(TestAdmin.CONTROL, TestAdmin.password(TestAdmin.CONTROL));
            client.send(
                    "GET /pool HTTP/1.1\r\nHost: localhost:1\r\nOrigin: http://localhost:1\r\nAuthorization: %s\r\n\r\n"
                            .formatted(login));

            assertThat(client.reply().status()).isEqualTo(200);
        }
    }

    @Test
    void incompleteRequestsDelayNoOtherAndAreClosed() throws Exception {
        List<Socket> halfOpen = new ArrayList<>();
        try {
            for (int i = 0; i < 200; i++) {
                halfOpen.add(openIncomplete(
                        i % 2 == 0
                                ? "GET /pool HTTP/1.1\r\nHost: loc"
                                : "POST /settings HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                                        + "Content-Length: 100\r\n\r\n{"));
            }
            for (int i = 0; i < 20; i++) {
                assertThat(admin.send(admin.request(TestAdmin.MONITOR, "/pool")).statusCode())
                        .isEqualTo(200);
            }
            assertThat(bytesUntilClosed(halfOpen.get(0))).isLessThan(500);
            assertThat(bytesUntilClosed(halfOpen.get(1))).isPositive();
        } finally {
            for (Socket socket : halfOpen) {
                socket.close();
            }
        }
    }

    static Stream<String> invalidFraming() {
        return InvalidFraming.requests();
    }

    @ParameterizedTest
    @MethodSource("invalidFraming")
    void ambiguousFramingIsRefusedImmediately(String headers) throws Exception {
        String login = TestAdmin.basic(TestAdmin.CONTROL, TestAdmin.password(TestAdmin.CONTROL));
        InvalidFraming.assertIsRefused(
                admin.port(),
                "POST /settings HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAuthorization: %s\r\n%s"
                        .formatted(login, headers));
    }

    @Test
    void aTooLargeBodyIsRefused() throws Exception {
        String large = "{\"poolSize\":" + " ".repeat(70_000) + "5}";
        assertThat(admin.post(TestAdmin.CONTROL, "/settings", large).statusCode())
                .isEqualTo(413);
        assertThat(admin.send(admin.request(TestAdmin.CONTROL, "/settings")
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.fromPublisher(BodyPublishers.ofString(large))))
                        .statusCode())
                .isEqualTo(413);
    }

    private Socket openIncomplete(String request) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), admin.port());
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static int bytesUntilClosed(Socket socket) throws IOException {
        socket.setSoTimeout(20_000);
        return socket.getInputStream().readAllBytes().length;
    }
}
