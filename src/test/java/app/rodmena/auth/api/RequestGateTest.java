package app.rodmena.auth.api;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.testing.RawClient;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RequestGateTest {
    private TestApi api;

    @BeforeAll
    void start() throws Exception {
        api = new TestApi();
    }

    @AfterAll
    void stop() {
        api.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/api",
                "/api/",
                "/nothing",
                "/ping/",
                "//ping",
                "/ping;v=1",
                "/Ping",
                "/api/roles/",
                "/api//roles",
                "/api/roles%2F",
                "/api/members/",
                "/api/members//",
                "/api/members/a/",
                "/api/members/a%2F",
                "/api/permission/a/",
                "/api/permission//b",
                "/api/permission/a/b/c",
                "/api/permission/a/b%2Fc",
                "/api/./roles",
                "/api/x/../roles"
            })
    void unknownPathsGet404WithoutAKey(String path) throws Exception {
        try (RawClient client = api.raw()) {
            RawClient.Reply reply = client.request("GET " + path).reply();

            assertThat(reply.status()).isEqualTo(404);
            assertThat(TestApi.withoutTimestamp(reply.body())).isEqualTo(TestApi.error(404, "No such path"));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    POST    | /ping                     | GET, HEAD, OPTIONS
                    DELETE  | /health/live              | GET, HEAD, OPTIONS
                    POST    | /api/roles                | GET, HEAD, OPTIONS
                    GET     | /api/role/r               | POST, DELETE, OPTIONS
                    HEAD    | /api/role/r               | POST, DELETE, OPTIONS
                    PUT     | /api/role/r               | POST, DELETE, OPTIONS
                    PATCH   | /api/permission/r/p       | GET, HEAD, POST, DELETE, OPTIONS
                    TRACE   | /api/membership/u/r       | GET, HEAD, POST, DELETE, OPTIONS
                    get     | /api/roles                | GET, HEAD, OPTIONS
                    BREW    | /api/has_permission/u/p   | GET, HEAD, OPTIONS
                    """)
    void wrongMethodsGet405AndTheAllowedOnesWithoutAKey(String method, String path, String allow) throws Exception {
        try (RawClient client = api.raw()) {
            client.request(method + " " + path);
            RawClient.Reply reply = method.equals("HEAD") ? client.replyWithoutBody() : client.reply();

            assertThat(reply.status()).isEqualTo(405);
            assertThat(reply.header("allow")).isEqualTo(allow);
            if (!method.equals("HEAD")) {
                assertThat(TestApi.withoutTimestamp(reply.body()))
                        .isEqualTo(TestApi.error(405, "Method not allowed; this path allows " + allow));
            }
        }
    }

    @Test
    void connectIsNotAllowed() throws Exception {
        try (RawClient client = api.raw()) {
            RawClient.Reply reply = client.send("CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n")
                    .reply();

            assertThat(reply.status()).isEqualTo(405);
            assertThat(reply.header("allow")).isEqualTo("GET, HEAD, POST, PUT, DELETE, OPTIONS");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Nothing: here",
                "Authorization: Bearer",
                "Authorization: Bearer ",
                "Authorization: Basic dTpw",
                "Authorization: 7c8e0a52-7d9c-4a0e-9d36-2f7b0f1c5a11",
                "Authorization: Bearer7c8e0a52-7d9c-4a0e-9d36-2f7b0f1c5a11",
                "Authorization: Bearer 7c8e0a52-7d9c-4a0e-9d36-2f7b0f1c5a11 twice",
                "Authorization: Bearer 7c8e0a52-7d9c-4a0e-9d36-2f7b0f1c5a11\r\n"
                        + "Authorization: Bearer 7c8e0a52-7d9c-4a0e-9d36-2f7b0f1c5a11"
            })
    void missingOrMalformedCredentialsGet401BeforeNamesAreChecked(String header) throws Exception {
        try (RawClient client = api.raw()) {
            RawClient.Reply reply =
                    client.request("GET /api/members/b%20d", header).reply();

            assertThat(reply.status()).isEqualTo(401);
            assertThat(reply.header("www-authenticate")).isEqualTo("Bearer realm=\"auth\"");
            assertThat(TestApi.withoutTimestamp(reply.body()))
                    .isEqualTo(TestApi.error(401, "A client key is required: Authorization: Bearer <UUID version 4>"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "secret",
                "7c8e0a52-7d9c-1a0e-9d36-2f7b0f1c5a11",
                "7c8e0a52-7d9c-4a0e-cd36-2f7b0f1c5a11",
                "7c8e0a527d9c4a0e9d362f7b0f1c5a11",
                "{7c8e0a52-7d9c-4a0e-9d36-2f7b0f1c5a11}",
                "7c8e0a52-7d9c-4a0e-9d36-2f7b0f1c5a1",
                "1-1-4001-8001-1"
            })
    void anInvalidKeyGets400AndIsNotEchoed(String key) throws Exception {
        try (RawClient client = api.raw()) {
            RawClient.Reply reply = client.request("GET /api/members/b%20d", "Authorization: Bearer " + key)
                    .reply();

            assertThat(reply.status()).isEqualTo(400);
            assertThat(reply.body()).contains("\"code\":400", "client key").doesNotContain(key);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /api/members/b%20d",
                "GET /api/members/a%0A",
                "GET /api/members/a%00",
                "GET /api/members/a;b",
                "GET /api/members/%C3%BC",
                "GET /api/user_roles/a*b",
                "POST /api/role/a.b",
                "POST /api/membership/u/a@b",
                "GET /api/permission/r/a+b",
                "GET /api/workflow/user/u/can_run/LONG65",
                "GET /api/members/LONG65"
            })
    void invalidNamesGet400(String request) throws Exception {
        try (RawClient client = api.raw()) {
            RawClient.Reply reply = client.request(request.replace("LONG65", "x".repeat(65)), api.bearer())
                    .reply();

            assertThat(reply.status()).isEqualTo(400);
            assertThat(reply.header("content-type")).isEqualTo("application/json");
            assertThat(reply.body()).contains("\"success\":false,\"code\":400", "\"details\":{}");
        }
    }

    @Test
    void pathsAreDecodedOnceAndPlusIsKeptAndEncodedSlashSeparates() throws Exception {
        api.send("POST", "/api/role/staff");
        api.send("POST", "/api/membership/a+b@example.org/staff");

        for (String path : List.of(
                "/api/user_roles/a+b@example.org",
                "/api/user_roles/a%2Bb%40example.org",
                "/api/user_roles%2Fa%2bb%40example.org",
                "/%61pi/user_roles/a+b@example.org?",
                "http://elsewhere.example/api/user_roles/a+b@example.org")) {
            try (RawClient client = api.raw()) {
                String host = path.startsWith("http") ? "elsewhere.example" : "localhost";
                client.send("GET %s HTTP/1.1\r\nHost: %s\r\n%s\r\n\r\n".formatted(path, host, api.bearer()));

                assertThat(client.reply().body())
                        .as(path)
                        .isEqualTo("{\"result\":[{\"user\":\"a+b@example.org\",\"role\":\"staff\"}]}");
            }
        }
        assertThat(api.send("GET", "/api/user_roles/a%252Bb").statusCode()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/members/%zz",
                "/api/members/%",
                "/api/members/%4",
                "/api/members/%%41",
                "/api/members/%C3",
                "/api/members/%FF",
                "/api/members/%ED%A0%80",
                "/api/members/\u00fc",
                "/api/members/<b>"
            })
    void malformedPathsGet400(String path) throws Exception {
        try (RawClient client = api.raw()) {
            RawClient.Reply reply = client.request("GET " + path, api.bearer()).reply();

            assertThat(reply.status()).isEqualTo(400);
            assertThat(reply.header("content-type")).isEqualTo("application/json");
            assertThat(reply.body()).contains("\"success\":false,\"code\":400", "\"details\":{}");
        }
    }

    @Test
    void publicPathsIgnoreAnInvalidKey() throws Exception {
        for (String path : List.of("/ping", "/health", "/health/live", "/health/ready", "/health/started")) {
            HttpResponse<String> response = api.client.send(
                    api.request("GET", path)
                            .header("Authorization", "Bearer nonsense")
                            .build(),
                    HttpResponse.BodyHandlers.ofString());

            assertThat(response.statusCode()).as(path).isEqualTo(200);
        }
    }
}
