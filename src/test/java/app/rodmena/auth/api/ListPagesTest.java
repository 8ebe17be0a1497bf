package app.rodmena.auth.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.testing.LongList;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lists in pages, and compressed. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ListPagesTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Pattern NEXT = Pattern.compile("<(/api/[^>]*)>; rel=\"next\"");
    private static final String MEMBERS = "/api/members/" + LongList.ROLE;
    private static final int ROWS = 2500;

    private final String longKey = UUID.randomUUID().toString();
    private TestApi api;

    /** Five roles, each with five users and five permissions of the same names. */
    @BeforeAll
    void start() throws Exception {
        api = new TestApi();
        for (int role = 1; role <= 5; role++) {
            post("/api/role/role" + role);
            for (int i = 1; i <= 5; i++) {
                post("/api/membership/u%s@example.org/role%s".formatted(i, role));
                post("/api/permission/role%s/p%s".formatted(role, i));
            }
        }
        LongList.create(api.target, longKey, ROWS, 1);
    }

    @AfterAll
    void stop() {
        api.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/roles",
                "/api/users",
                "/api/permissions",
                "/api/user_roles/u3@example.org",
                "/api/members/role4",
                "/api/user_permissions/u1@example.org",
                "/api/role_permissions/role2",
                "/api/which_roles_can/p1",
                "/api/which_users_can/p5",
                "/api/workflow/users/p2"
            })
    void thePagesOfAListAreTheWholeList(String path) throws Exception {
        List<JsonNode> all = rows(api.send("GET", path).body());
        assertThat(all).hasSizeGreaterThan(4);
        for (int limit : List.of(1, 2, 3, 7, all.size(), 1000)) {
            List<JsonNode> paged = new ArrayList<>();
            Optional<String> next = Optional.of(path + "?limit=" + limit);
            int pages = 0;
            while (next.isPresent()) {
                HttpResponse<String> page = api.send("GET", next.get());
                assertThat(page.statusCode()).as(page.body()).isEqualTo(200);
                assertThat(rows(page.body())).hasSizeLessThanOrEqualTo(limit);
                paged.addAll(rows(page.body()));
                next = next(page);
                pages++;
            }
            assertThat(paged).as("pages of %s", limit).isEqualTo(all);
            assertThat(pages).isEqualTo((all.size() + limit - 1) / limit);
        }
    }

    @Test
    void aPageFollowsThePositionAlsoIfItsRowIsGone() throws Exception {
        for (String role : List.of("b", "c", "d")) {
            post("/api/role/gone-" + role);
        }
        String first = next(api.send("GET", "/api/roles?limit=2")).orElseThrow();
        String path = first;
        api.send("DELETE", "/api/role/gone-b");
        api.send("DELETE", "/api/role/gone-c");
        try {
            assertThat(rows(api.send("GET", path).body()).get(0).path("role").textValue())
                    .isEqualTo("gone-d");
        } finally {
            api.send("DELETE", "/api/role/gone-d");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    limit=0            | limit: '0'; must be 1 to 1000
                    limit=-1           | limit: '-1'; must be 1 to 1000
                    limit=1001         | limit: '1001'; must be 1 to 1000
                    limit=99999999999  | limit: '99999999999'; must be 1 to 1000
                    limit=             | limit: ''; must be 1 to 1000
                    limit=ten          | limit: 'ten'; must be 1 to 1000
                    limit=1&limit=1    | limit: given more than once
                    after=AQ           | after: requires limit
                    limit=1&after=%FF  | the query is not percent-encoded UTF-8
                    Limit=1            | unknown parameter 'Limit'; allowed: after, limit
                    limit=1&offset=3&q | unknown parameters 'offset', 'q'; allowed: after, limit
                    %3Cb%3E=1          | unknown parameter; allowed: after, limit
                    """)
    void anInvalidQueryIsRefused(String query, String message) throws Exception {
        HttpResponse<String> refusal = api.send("GET", MEMBERS + "?" + query.strip());

        assertThat(refusal.statusCode()).isEqualTo(400);
        assertThat(TestApi.withoutTimestamp(refusal.body())).isEqualTo(TestApi.error(400, message));
    }

    @Test
    void otherRoutesTakeNoParameters() throws Exception {
        HttpResponse<String> refusal = api.send("GET", "/api/has_permission/ann/read?limit=1");
        assertThat(refusal.statusCode()).isEqualTo(400);
        assertThat(refusal.body()).contains("unknown parameter 'limit'; allowed: none");
        assertThat(api.send("POST", "/api/role/role1?dry").statusCode()).isEqualTo(400);
        // A load balancer's probe
        assertThat(api.sendWithoutKey("GET", "/health/live?x=1").statusCode()).isEqualTo(200);
        assertThat(api.sendWithoutKey("GET", "/api/roles?x=1").statusCode()).isEqualTo(401);
    }

    @Test
    void aCursorOfAnotherListTenantOrVersionIsRefused() throws Exception {
        String cursor = next(api.send("GET", "/api/members/role1?limit=2"))
                .orElseThrow()
                .replaceAll(".*after=", "");
        byte[] bytes = Base64.getUrlDecoder().decode(cursor);
        assertThat(new String(bytes, UTF_8)).doesNotContain(api.key);
        byte[] older = bytes.clone();
        older[0] = 0;
        byte[] forged = bytes.clone();
        forged[bytes.length - 1]++;
        String encodedForged = Base64.getUrlEncoder().withoutPadding().encodeToString(forged);
        String encodedOlder = Base64.getUrlEncoder().withoutPadding().encodeToString(older);

        for (String path : List.of(
                "/api/members/role2?limit=2&after=" + cursor,
                "/api/roles?limit=2&after=" + cursor,
                "/api/which_users_can/p1?limit=2&after=" + cursor,
                "/api/members/role1?limit=2&after=" + encodedForged,
                "/api/members/role1?limit=2&after=" + encodedOlder,
                "/api/members/role1?limit=2&after=" + cursor.substring(0, 10),
                "/api/members/role1?limit=2&after=AQ",
                "/api/members/role1?limit=2&after=",
                "/api/members/role1?limit=2&after=!")) {
            HttpResponse<String> refusal = api.send("GET", path);
            assertThat(refusal.statusCode()).as(path).isEqualTo(400);
            assertThat(refusal.body()).contains("\"message\":\"after: ");
        }
        assertThat(send(UUID.randomUUID().toString(), "/api/members/role1?limit=2&after=" + cursor, "identity")
                        .statusCode())
                .isEqualTo(400);
        assertThat(api.send("GET", "/api/members/role1?limit=3&after=" + cursor).statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    gzip               | true
                    br, gzip;q=0.5     | true
                    deflate            | false
                    *                  | false
                    gzip;q=0, identity | false
                    """)
    void longListsAreCompressedWhereTheClientAcceptsIt(String accepted, boolean compressed) throws Exception {
        HttpResponse<byte[]> list = send(longKey, MEMBERS, accepted);
        HttpResponse<byte[]> page = send(longKey, MEMBERS + "?limit=1000", accepted);

        assertThat(list.headers().firstValue("Content-Encoding").isPresent()).isEqualTo(compressed);
        assertThat(list.headers().firstValue("Vary")).hasValue("Accept-Encoding");
        assertThat(new String(decoded(list), UTF_8)).isEqualTo(LongList.members(ROWS));
        assertThat(page.headers().firstValue("Content-Encoding").isPresent()).isEqualTo(compressed);
        assertThat(new String(decoded(page), UTF_8)).isEqualTo(LongList.members(1000));
        if (compressed) {
            assertThat(list.body().length).isLessThan(LongList.members(ROWS).length() / 5);
        }
    }

    @Test
    void aShortListIsNotCompressed() throws Exception {
        HttpResponse<byte[]> list = send(api.key, "/api/members/role1", "gzip");
        assertThat(list.headers().firstValue("Content-Encoding")).isEmpty();
        assertThat(list.headers().firstValue("Vary")).isEmpty();
    }

    private static byte[] decoded(HttpResponse<byte[]> response) throws IOException {
        return response.headers().firstValue("Content-Encoding").isPresent()
                ? new GZIPInputStream(new ByteArrayInputStream(response.body())).readAllBytes()
                : response.body();
    }

    private HttpResponse<byte[]> send(String key, String path, String accepted) throws Exception {
        return api.client.send(
                api.request("GET", path)
                        .header("Authorization", "Bearer " + key)
                        .header("Accept-Encoding", accepted)
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
    }

    private static List<JsonNode> rows(String body) throws IOException {
        JsonNode answer = JSON.readTree(body);
        JsonNode data = answer.has("result") ? answer.path("result") : answer.path("data");
        if (data.isObject()) {
            JsonNode counted = data.has("members") ? data.path("members") : data.path("permissions");
            assertThat(data.path("count").intValue()).isEqualTo(counted.size());
            data = counted;
        }
        List<JsonNode> rows = new ArrayList<>();
        data.forEach(rows::add);
        return rows;
    }

    private static Optional<String> next(HttpResponse<String> page) {
        Optional<String> link = page.headers().firstValue("Link");
        return link.map(text -> {
            Matcher next = NEXT.matcher(text);
            assertThat(next.matches()).as(text).isTrue();
            return URI.create(next.group(1)).toString();
        });
    }

    private void post(String path) throws Exception {
        assertThat(api.send("POST", path).body()).isEqualTo("{\"result\":true}");
    }
}
