package app.rodmena.auth.http;

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
                "/api/permission/a",
                "/api/permission/a/",
                "/api/permission//b",
                "/api/permission/a/b/c",
                "/api/permission/a/b%2Fc",
                "/api/./roles",
                "/api/x/../roles"
            })
    void anUnknownPathIsNotFoundBeforeAnyKeyIsLookedAt(String path) throws Exception {
        try (RawClient client = api.raw()) {
            RawClient.Reply reply = client.request("GET " + path).reply();

            assertThat(reply.status()).isEqualTo(404);
            assertThat(TestApi.timeless(reply.body())).isEqualTo(TestApi.error(404, "No such path"));
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
    void aWrongMethodIsToldTheRightOnesBeforeAnyKeyIsLookedAt(String method, String path, String allow)
            throws Exception {
        try (RawClient client = api.raw()) {
            client.request(method + " " + path);
            RawClient.Reply reply = method.equals("HEAD") ? client.replyWithoutBody() : client.reply();

            assertThat(reply.status()).isEqualTo(405);
            assertThat(reply.header("allow")).isEqualTo(allow);
            if (!method.equals("HEAD")) {
                assertThat(TestApi.timeless(reply.body()))
                        .isEqualTo(TestApi.error(405, "This path does not take that method; it takes " + allow));
            }
        }
    }

    @Test
    void nobodyConnectsThroughUs() throws Exception {
        try (RawClient client = api.raw()) {
            RawClient.Reply reply = client.send("CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n")
                    .reply();

            assertThat(reply.status()).isEqualTo(405);
            assertThat(reply.header("allow")).isEqualTo("GET, HEAD, POST, DELETE, OPTIONS");
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
    void withoutAWellFormedHeaderNobodyIsKnownWhateverTheNamesAre(String header) throws Exception {
        try (RawClient client = api.raw()) {
            RawClient.Reply reply =
                    client.request("GET /api/members/b%20d", header).reply();

            assertThat(reply.status()).isEqualTo(401);
            assertThat(reply.header("www-authenticate")).isEqualTo("Bearer realm=\"auth\"");
            assertThat(TestApi.timeless(reply.body()))
                    .isEqualTo(TestApi.error(401, "A client key is needed: Authorization: Bearer <UUID version 4>"));
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
    void aKeyOfAnotherKindIsBadAndIsNotRepeated(String key) throws Exception {
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
    void aBadNameIsBad(String request) throws Exception {
        try (RawClient client = api.raw()) {
            RawClient.Reply reply = client.request(request.replace("LONG65", "x".repeat(65)), api.bearer())
                    .reply();

            assertThat(reply.status()).isEqualTo(400);
            assertThat(reply.header("content-type")).isEqualTo("application/json");
            assertThat(reply.body()).contains("\"success\":false,\"code\":400", "\"details\":{}");
        }
    }

    @Test
    void aPathIsDecodedOncePlusesAreKeptAndAnEncodedSlashSeparates() throws Exception {
        api.ask("POST", "/api/role/staff");
        api.ask("POST", "/api/membership/a+b@example.org/staff");

        for (String path : List.of(
                "/api/user_roles/a+b@example.org",
                "/api/user_roles/a%2Bb%40example.org",
                "/api/user_roles%2Fa%2bb%40example.org",
                "/%61pi/user_roles/a+b@example.org?and=this&or=a%20b",
                "http://elsewhere.example/api/user_roles/a+b@example.org")) {
            try (RawClient client = api.raw()) {
                String host = path.startsWith("http") ? "elsewhere.example" : "localhost";
                client.send("GET %s HTTP/1.1\r\nHost: %s\r\n%s\r\n\r\n".formatted(path, host, api.bearer()));

                assertThat(client.reply().body())
                        .as(path)
                        .isEqualTo("{\"result\":[{\"user\":\"a+b@example.org\",\"role\":\"staff\"}]}");
            }
        }
        assertThat(api.ask("GET", "/api/user_roles/a%252Bb").statusCode()).isEqualTo(400);
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
    void aPathThatCannotBeReadIsBad(String path) throws Exception {
        try (RawClient client = api.raw()) {
            RawClient.Reply reply = client.request("GET " + path, api.bearer()).reply();

            assertThat(reply.status()).isEqualTo(400);
            assertThat(reply.header("content-type")).isEqualTo("application/json");
            assertThat(reply.body()).contains("\"success\":false,\"code\":400", "\"details\":{}");
        }
    }

    @Test
    void whatNeedsNoKeyIsNotBotheredByABadOne() throws Exception {
        for (String path : List.of("/ping", "/health", "/health/live", "/health/ready", "/health/started")) {
            HttpResponse<String> answer = api.client.send(
                    api.request("GET", path)
                            .header("Authorization", "Bearer nonsense")
                            .build(),
                    HttpResponse.BodyHandlers.ofString());

            assertThat(answer.statusCode()).as(path).isEqualTo(200);
        }
    }
}
