package app.rodmena.auth.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.pool.event.PoolEventKind;
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

/** POST /api/check: many checks in one request. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BatchCheckTest {
    private TestApi api;

    @BeforeAll
    void startWithOnePermission() throws Exception {
        api = new TestApi();
        for (String path : List.of("/api/role/r", "/api/membership/ada/r", "/api/permission/r/read")) {
            api.send("POST", path);
        }
    }

    @AfterAll
    void stop() {
        api.close();
    }

    @Test
    void resultsAreInRequestOrderAndInvalidChecksGetAnError() throws Exception {
        HttpResponse<String> response = check("""
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

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(TestApi.withoutTimestamp(response.body()))
                .isEqualTo("{\"success\":true,\"code\":200,\"message\":\"Permissions checked\",\"data\":"
                        + "{\"count\":11,\"results\":["
                        + "{\"has_permission\":true},"
                        + "{\"has_permission\":false},"
                        + "{\"error\":\"user: has U+0020 at position 2; allowed are 1 to 64 of A-Z a-z 0-9 _ . @ + : | -\"},"
                        + "{\"error\":\"permission: is missing\"},"
                        + "{\"error\":\"permission: is not a string\"},"
                        + "{\"error\":\"permission: is not a string\"},"
                        + "{\"error\":\"unknown field 'role'; allowed: permission, user\"},"
                        + "{\"error\":\"unknown field; allowed: permission, user\"},"
                        + "{\"error\":\"a check must be a JSON object\"},"
                        + "{\"error\":\"user: is empty; allowed are 1 to 64 of A-Z a-z 0-9 _ . @ + : | -\"},"
                        + "{\"has_permission\":true}]},\"timestamp\":\"T\"}");
    }

    @Test
    void aThousandChecksWithTheLongestNamesTakeOneCheckout() throws Exception {
        String body = IntStream.range(0, 1000)
                .mapToObj(i -> "{\"user\":\"%s\",\"permission\":\"%s\"}"
                        .formatted("u".repeat(60) + "%04d".formatted(i), "p".repeat(124) + "%04d".formatted(i)))
                .collect(Collectors.joining(",", "{\"checks\":[", "]}"));
        long before = api.engine.events().count(PoolEventKind.CHECKOUT);
        HttpResponse<String> response = check(body);

        assertThat(body.length()).isGreaterThan(219_000);
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body().split("\"has_permission\":false", -1)).hasSize(1001);
        assertThat(api.engine.events().count(PoolEventKind.CHECKOUT) - before).isEqualTo(1);
    }

    @Test
    void onlyInvalidChecksTakeNoConnection() throws Exception {
        long before = api.engine.events().count(PoolEventKind.CHECKOUT);

        assertThat(check("{\"checks\":[{}]}").body()).contains("{\"error\":\"user: is missing\"}");
        assertThat(api.engine.events().count(PoolEventKind.CHECKOUT)).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                       | checks: is missing",
                "nonsense                 | the body is not JSON",
                "{\"checks\": []} x       | the body is not JSON",
                "{\"checks\": [1], \"checks\": [2]} | the body is not JSON",
                "[]                       | the body must be a JSON object",
                "null                     | the body must be a JSON object",
                "{}                       | checks: is missing",
                "{\"checks\": [1], \"dry\": 1} | unknown field 'dry'; allowed: checks",
                "{\"checks\": {}}         | checks: is not a list",
                "{\"checks\": null}       | checks: is not a list",
                "{\"checks\": []}         | checks: has 0 entries; allowed are 1 to 1000",
            })
    void anInvalidBodyIsRefused(String body, String message) throws Exception {
        HttpResponse<String> response = check(body);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(TestApi.withoutTimestamp(response.body())).isEqualTo(TestApi.error(400, message));
    }

    @Test
    void moreThanAThousandChecksAreRefused() throws Exception {
        HttpResponse<String> response = check("{\"checks\":[" + "1,".repeat(1000) + "1]}");

        assertThat(TestApi.withoutTimestamp(response.body()))
                .isEqualTo(TestApi.error(400, "checks: has 1001 entries; allowed are 1 to 1000"));
    }

    @Test
    void theBodySizeIsLimitedAndTheKeyIsCheckedFirst() throws Exception {
        assertThat(check("{\"checks\":[" + " ".repeat(300_000) + "1]}").statusCode())
                .isEqualTo(413);
        assertThat(api.sendWithoutKey("POST", "/api/check").statusCode()).isEqualTo(401);
        assertThat(api.send("GET", "/api/check").statusCode()).isEqualTo(405);
        assertThat(api.send("GET", "/api/check").headers().firstValue("Allow")).hasValue("POST, OPTIONS");
        assertThat(api.send("POST", "/api/check").statusCode()).isEqualTo(400);
    }

    @Test
    void chunkedBodiesAndExpectContinueAreSupported() throws Exception {
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
    void manyLargeAnnouncedBodiesAreRefused() throws Exception {
        List<RawClient> slow = new ArrayList<>();
        try {
            // Adds clients until the limit is reached: a concurrent check may take the memory of one of them.
            HttpResponse<String> refused = await().until(
                            () -> {
                                slow.add(api.raw()
                                        .send(
                                                "POST /api/check HTTP/1.1\r\nHost: h\r\n%s\r\nContent-Length: 262144\r\n\r\n{"
                                                        .formatted(api.bearer())));
                                return check("{\"checks\":[{}]}");
                            },
                            response -> response.statusCode() == 503);
            assertThat(refused.headers().firstValue("Retry-After")).hasValue("1");
            assertThat(refused.body()).contains("Too many requests with large bodies");
            assertThat(api.send("GET", "/api/has_permission/ada/read").statusCode())
                    .isEqualTo(200);
        } finally {
            for (RawClient client : slow) {
                client.close();
            }
        }
        await().until(() -> check("{\"checks\":[{}]}").statusCode() == 200);
    }

    @Test
    void anotherTenantHasNoPermission() throws Exception {
        HttpResponse<String> response = api.client.send(
                api.request("POST", "/api/check")
                        .POST(BodyPublishers.ofString("{\"checks\":[{\"user\":\"ada\",\"permission\":\"read\"}]}"))
                        .header("Authorization", "Bearer " + UUID.randomUUID())
                        .build(),
                BodyHandlers.ofString());

        assertThat(response.body()).contains("[{\"has_permission\":false}]");
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
