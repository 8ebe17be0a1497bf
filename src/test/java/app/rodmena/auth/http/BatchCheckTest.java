package app.rodmena.auth.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.events.PoolEventKind;
import app.rodmena.auth.testing.RawClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** POST /api/check: many questions in one request. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CheckTest {
    private static final String SHAPE =
            "{\\\"checks\\\": [{\\\"user\\\": \\\"...\\\", \\\"permission\\\": \\\"...\\\"}, ...]}";
    private TestApi api;

    @BeforeAll
    void startWithOneWhoMayRead() throws Exception {
        api = new TestApi();
        for (String path : List.of("/api/role/r", "/api/membership/ada/r", "/api/permission/r/read")) {
            api.ask("POST", path);
        }
    }

    @AfterAll
    void stop() {
        api.close();
    }

    @Test
    void everyCheckIsAnsweredInItsPlaceAndABadOneToldWhatIsWrongWithIt() throws Exception {
        HttpResponse<String> answer = check("""
                {"checks": [
                    {"user": "ada", "permission": "read"},
                    {"user": "ada", "permission": "write"},
                    {"user": "a b", "permission": "read"},
                    {"user": "ada"},
                    {"user": "ada", "permission": 7},
                    {"user": "ada", "permission": null},
                    {"user": "ada", "permission": "read", "role": "r"},
                    {"user": "ada", "permission": "read", "<b>": 1},
                    "ada",
                    {"user": "", "permission": "read"},
                    {"permission": "read", "user": "ada"}]}
                """);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(TestApi.timeless(answer.body()))
                .isEqualTo("{\"success\":true,\"code\":200,\"message\":\"Permissions checked\",\"data\":"
                        + "{\"count\":11,\"results\":["
                        + "{\"has_permission\":true},"
                        + "{\"has_permission\":false},"
                        + "{\"error\":\"user: has U+0020 at position 2; allowed are 1 to 64 of A-Z a-z 0-9 _ . @ + -\"},"
                        + "{\"error\":\"permission: is missing\"},"
                        + "{\"error\":\"permission: is no text\"},"
                        + "{\"error\":\"permission: is no text\"},"
                        + "{\"error\":\"has a field role; allowed are user and permission\"},"
                        + "{\"error\":\"has a field of another name; allowed are user and permission\"},"
                        + "{\"error\":\"is no object; it must be {\\\"user\\\": \\\"...\\\", \\\"permission\\\": \\\"...\\\"}\"},"
                        + "{\"error\":\"user: is empty; allowed are 1 to 64 of A-Z a-z 0-9 _ . @ + -\"},"
                        + "{\"has_permission\":true}]},\"timestamp\":\"T\"}");
    }

    @Test
    void aThousandOfTheLongestNamesFitAndTakeOneConnectionOnce() throws Exception {
        String body = IntStream.range(0, 1000)
                .mapToObj(i -> "{\"user\":\"%s\",\"permission\":\"%s\"}"
                        .formatted("u".repeat(60) + "%04d".formatted(i), "p".repeat(124) + "%04d".formatted(i)))
                .collect(Collectors.joining(",", "{\"checks\":[", "]}"));
        long before = api.engine.events().count(PoolEventKind.CHECKOUT);
        HttpResponse<String> answer = check(body);

        assertThat(body.length()).isGreaterThan(219_000);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body().split("\"has_permission\":false", -1)).hasSize(1001);
        assertThat(api.engine.events().count(PoolEventKind.CHECKOUT) - before).isEqualTo(1);
    }

    @Test
    void aListOfNothingButBadChecksNeedsNoConnection() throws Exception {
        long before = api.engine.events().count(PoolEventKind.CHECKOUT);

        assertThat(check("{\"checks\":[{}]}").body()).contains("{\"error\":\"user: is missing\"}");
        assertThat(api.engine.events().count(PoolEventKind.CHECKOUT)).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                       | The body has no list of checks; it must be SHAPE",
                "nonsense                 | The body is not JSON; it must be SHAPE",
                "{\"checks\": []} x       | The body is not JSON; it must be SHAPE",
                "{\"checks\": [1], \"checks\": [2]} | The body is not JSON; it must be SHAPE",
                "[]                       | The body has no list of checks; it must be SHAPE",
                "null                     | The body has no list of checks; it must be SHAPE",
                "{}                       | The body has no list of checks; it must be SHAPE",
                "{\"checks\": [1], \"dry\": 1} | The body has a field dry; it must be SHAPE",
                "{\"checks\": {}}         | checks: is no list; the body must be SHAPE",
                "{\"checks\": null}       | checks: is no list; the body must be SHAPE",
                "{\"checks\": []}         | checks: has 0 entries; allowed are 1 to 1000",
            })
    void aBodyThatIsNoListOfChecksIsRefusedInOneClearLine(String body, String message) throws Exception {
        HttpResponse<String> answer = check(body);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(TestApi.timeless(answer.body())).isEqualTo(TestApi.error(400, message.replace("SHAPE", SHAPE)));
    }

    @Test
    void moreThanAThousandAreRefused() throws Exception {
        HttpResponse<String> answer = check("{\"checks\":[" + "1,".repeat(1000) + "1]}");

        assertThat(TestApi.timeless(answer.body()))
                .isEqualTo(TestApi.error(400, "checks: has 1001 entries; allowed are 1 to 1000"));
    }

    @Test
    void theBodyHasItsLimitAndTheKeyComesFirst() throws Exception {
        assertThat(check("{\"checks\":[" + " ".repeat(300_000) + "1]}").statusCode())
                .isEqualTo(413);
        assertThat(api.askAnonymously("POST", "/api/check").statusCode()).isEqualTo(401);
        assertThat(api.ask("GET", "/api/check").statusCode()).isEqualTo(405);
        assertThat(api.ask("GET", "/api/check").headers().firstValue("Allow")).hasValue("POST, OPTIONS");
        assertThat(api.ask("POST", "/api/check").statusCode()).isEqualTo(400);
    }

    @Test
    void aBodyInPiecesAndOneThatWaitsForItsInvitationAreRead() throws Exception {
        try (RawClient client = api.raw()) {
            client.send("POST /api/check HTTP/1.1\r\nHost: h\r\n%s\r\nTransfer-Encoding: chunked\r\n\r\n"
                    .formatted(api.bearer()));
            for (String piece : List.of("{\"checks\":[{\"user\":\"ada\",", "\"permission\":", "\"read\"}]}")) {
                client.send("%x\r\n%s\r\n".formatted(piece.length(), piece));
            }
            client.send("0\r\n\r\n");
            assertThat(client.reply().body()).contains("{\"has_permission\":true}");

            String body = "{\"checks\":[{\"user\":\"ada\",\"permission\":\"read\"}]}";
            client.send(
                    "POST /api/check HTTP/1.1\r\nHost: h\r\n%s\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n"
                            .formatted(api.bearer(), body.length()));
            assertThat(client.reply().status()).isEqualTo(100);
            assertThat(client.send(body).reply().body()).contains("{\"has_permission\":true}");
        }
    }

    @Test
    void manyWhoAnnounceLargeBodiesAreRefusedBeforeTheyFillTheMemory() throws Exception {
        List<RawClient> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 64; i++) {
                RawClient client = api.raw();
                slow.add(client);
                client.send("POST /api/check HTTP/1.1\r\nHost: h\r\n%s\r\nContent-Length: 262144\r\n\r\n{"
                        .formatted(api.bearer()));
            }
            HttpResponse<String> refused =
                    await().until(() -> check("{\"checks\":[{}]}"), answer -> answer.statusCode() == 503);
            assertThat(refused.headers().firstValue("Retry-After")).hasValue("1");
            assertThat(refused.body()).contains("Too many large requests at once");
            assertThat(api.ask("GET", "/api/has_permission/ada/read").statusCode())
                    .isEqualTo(200);
        } finally {
            for (RawClient client : slow) {
                client.close();
            }
        }
        await().until(() -> check("{\"checks\":[{}]}").statusCode() == 200);
    }

    @Test
    void anotherTenantIsToldNothing() throws Exception {
        HttpResponse<String> answer = api.client.send(
                api.request("POST", "/api/check")
                        .POST(BodyPublishers.ofString("{\"checks\":[{\"user\":\"ada\",\"permission\":\"read\"}]}"))
                        .header("Authorization", "Bearer " + UUID.randomUUID())
                        .build(),
                BodyHandlers.ofString());

        assertThat(answer.body()).contains("[{\"has_permission\":false}]");
    }

    private HttpResponse<String> check(String body) throws Exception {
        return api.client.send(
                api.request("POST", "/api/check")
                        .POST(BodyPublishers.ofString(body))
                        .header("Authorization", "Bearer " + api.key)
                        .build(),
                BodyHandlers.ofString());
    }
}
