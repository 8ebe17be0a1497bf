package app.rodmena.auth.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.testing.RawClient;
import app.rodmena.auth.testing.TestPostgres;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RoutesTest {
    private TestApi api;

    /** ada: admin, ops; bob: ops. admin: read, write; ops: read, run. */
    @BeforeAll
    void startWithRoles() throws Exception {
        api = new TestApi();
        for (String path : List.of(
                "/api/role/ops",
                "/api/role/admin",
                "/api/membership/ada/admin",
                "/api/membership/ada/ops",
                "/api/membership/bob/ops",
                "/api/permission/admin/write",
                "/api/permission/admin/read",
                "/api/permission/ops/read",
                "/api/permission/ops/run")) {
            assertThat(api.send("POST", path).body()).isEqualTo("{\"result\":true}");
        }
        try (Connection database = TestPostgres.connect(api.target);
                var statement = database.createStatement()) {
            statement.execute("update auth_group set description = 'Grüße, \"alle\"' where role = 'admin'");
        }
    }

    @AfterAll
    void stop() {
        api.close();
    }

    static Stream<Arguments> reads() {
        return Stream.of(
                arguments("/ping", "{\"message\":\"PONG\"}"),
                arguments("/api/permission/admin/write", "{\"result\":true}"),
                arguments("/api/permission/ops/write", "{\"result\":false}"),
                arguments("/api/permission/nobody/write", "{\"result\":false}"),
                arguments(
                        "/api/roles",
                        "{\"result\":[{\"role\":\"admin\",\"description\":\"Grüße, \\\"alle\\\"\"},"
                                + "{\"role\":\"ops\",\"description\":null}]}"),
                arguments(
                        "/api/user_roles/ada",
                        "{\"result\":[{\"user\":\"ada\",\"role\":\"admin\"},{\"user\":\"ada\",\"role\":\"ops\"}]}"),
                arguments("/api/user_roles/nobody", "{\"result\":[]}"),
                arguments(
                        "/api/members/ops",
                        "{\"result\":[{\"user\":\"ada\",\"role\":\"ops\"},{\"user\":\"bob\",\"role\":\"ops\"}]}"),
                arguments("/api/members/none", "{\"result\":[]}"),
                arguments("/api/which_roles_can/read", "{\"result\":[{\"role\":\"admin\"},{\"role\":\"ops\"}]}"),
                arguments("/api/which_roles_can/none", "{\"result\":[]}"),
                arguments(
                        "/api/which_users_can/read",
                        "{\"result\":[{\"user\":\"ada\",\"role\":\"admin\"},{\"user\":\"ada\",\"role\":\"ops\"},"
                                + "{\"user\":\"bob\",\"role\":\"ops\"}]}"),
                arguments("/api/membership/ada/admin", wrapped("Membership checked", "{\"has_permission\":true}")),
                arguments("/api/membership/bob/admin", wrapped("Membership checked", "{\"has_permission\":false}")),
                arguments("/api/has_permission/bob/run", wrapped("Permission checked", "{\"has_permission\":true}")),
                arguments("/api/has_permission/bob/write", wrapped("Permission checked", "{\"has_permission\":false}")),
                arguments(
                        "/api/user_permissions/ada",
                        wrapped(
                                "Permissions of the user",
                                "{\"count\":4,\"permissions\":[{\"name\":\"read\"},{\"name\":\"read\"},"
                                        + "{\"name\":\"run\"},{\"name\":\"write\"}]}")),
                arguments(
                        "/api/user_permissions/nobody",
                        wrapped("Permissions of the user", "{\"count\":0,\"permissions\":[]}")),
                arguments(
                        "/api/role_permissions/admin",
                        wrapped("Permissions of the role", "[{\"name\":\"read\"},{\"name\":\"write\"}]")),
                arguments(
                        "/api/workflow/users/run",
                        wrapped(
                                "Users who can run the workflow",
                                "{\"count\":2,\"members\":[{\"user\":\"ada\",\"role\":\"ops\"},"
                                        + "{\"user\":\"bob\",\"role\":\"ops\"}]}")),
                arguments(
                        "/api/workflow/user/ada/can_run/run",
                        wrapped("Workflow permission checked", "{\"has_permission\":true}")),
                arguments(
                        "/api/workflow/user/carl/can_run/run",
                        wrapped("Workflow permission checked", "{\"has_permission\":false}")));
    }

    @ParameterizedTest
    @MethodSource("reads")
    void everyReadReturnsItsJsonAndHeadItsHeaders(String path, String body) throws Exception {
        HttpResponse<String> get = api.send("GET", path);
        HttpResponse<String> head = api.send("HEAD", path);

        assertThat(get.statusCode()).isEqualTo(200);
        assertThat(get.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(TestApi.withoutTimestamp(get.body())).isEqualTo(body);
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(head.headers().firstValue("Content-Length"))
                .isEqualTo(get.headers().firstValue("Content-Length"))
                .isPresent();
    }

    /** Without batching each request runs its own query; with it, waiting requests share one. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3})
    void concurrentReadsAreAnsweredAsSingleOnes(int batchSlots) throws Exception {
        PoolSettings before = api.engine.change(settings -> settings.with(draft -> draft.batchSlots = batchSlots));
        try {
            List<Arguments> requests = new ArrayList<>();
            List<CompletableFuture<HttpResponse<String>>> responses = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                reads().forEach(read -> {
                    requests.add(read);
                    responses.add(api.sendAsync("GET", (String) read.get()[0]));
                });
            }
            for (int i = 0; i < requests.size(); i++) {
                assertThat(TestApi.withoutTimestamp(responses.get(i).get().body()))
                        .as("%s", requests.get(i).get()[0])
                        .isEqualTo(requests.get(i).get()[1]);
            }
        } finally {
            api.engine.change(settings -> before);
        }
    }

    /** Sixty-four clients on their own connections send the same write. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void concurrentEqualWritesSucceedAndTakeEffectOnce(int batchSlots) throws Exception {
        PoolSettings before = api.engine.change(settings -> settings.with(draft -> draft.batchSlots = batchSlots));
        try {
            for (int round = 0; round < 5; round++) {
                sendConcurrently("POST", "/api/role/same", "{\"result\":true}");
                sendConcurrently("POST", "/api/membership/sam/same", "{\"result\":true}");
                sendConcurrently("POST", "/api/permission/same/same", "{\"result\":true}");
                assertResponse("GET", "/api/members/same", "{\"result\":[{\"user\":\"sam\",\"role\":\"same\"}]}");
                assertResponse("GET", "/api/which_roles_can/same", "{\"result\":[{\"role\":\"same\"}]}");
                sendConcurrently("DELETE", "/api/permission/same/same", "{\"result\":true}");
                sendConcurrently("DELETE", "/api/membership/sam/same", "{\"result\":true}");
                assertResponse("GET", "/api/members/same", "{\"result\":[]}");
                List<String> deleted = sendConcurrently("DELETE", "/api/role/same");
                assertThat(deleted)
                        .filteredOn(body -> body.contains("{\"result\":true}"))
                        .hasSize(1);
                assertThat(deleted)
                        .filteredOn(body -> body.contains("{\"result\":false}"))
                        .hasSize(63);
            }
        } finally {
            api.engine.change(settings -> before);
        }
    }

    private void sendConcurrently(String method, String path, String body) throws Exception {
        assertThat(sendConcurrently(method, path)).containsOnly(body);
    }

    /** The bodies of all responses; each must have status 200. */
    private List<String> sendConcurrently(String method, String path) throws Exception {
        List<CompletableFuture<HttpResponse<String>>> requests = new ArrayList<>();
        for (int client = 0; client < 64; client++) {
            requests.add(api.sendAsync(method, path));
        }
        List<String> bodies = new ArrayList<>();
        for (CompletableFuture<HttpResponse<String>> response : requests) {
            assertThat(response.get().statusCode()).isEqualTo(200);
            bodies.add(response.get().body());
        }
        return bodies;
    }

    @Test
    void aRoleIsCreatedFilledEmptiedAndDeleted() throws Exception {
        assertResponse("POST", "/api/permission/temps/read", "{\"result\":false}");
        assertResponse("POST", "/api/membership/eve/temps", "{\"result\":false}");
        assertResponse("POST", "/api/role/temps", "{\"result\":true}");
        assertResponse("POST", "/api/role/temps", "{\"result\":true}");
        assertResponse("POST", "/api/membership/eve/temps", "{\"result\":true}");
        assertResponse("POST", "/api/permission/temps/read", "{\"result\":true}");
        assertResponse(
                "GET", "/api/has_permission/eve/read", wrapped("Permission checked", "{\"has_permission\":true}"));
        assertResponse("DELETE", "/api/permission/temps/read", "{\"result\":true}");
        assertResponse("DELETE", "/api/permission/temps/read", "{\"result\":true}");
        assertResponse(
                "GET", "/api/has_permission/eve/read", wrapped("Permission checked", "{\"has_permission\":false}"));
        assertResponse("DELETE", "/api/membership/eve/temps", "{\"result\":true}");
        assertResponse("DELETE", "/api/membership/eve/temps", "{\"result\":true}");
        assertResponse("DELETE", "/api/role/temps", wrapped("Role deletion finished", "{\"result\":true}"));
        assertResponse("DELETE", "/api/role/temps", wrapped("Role deletion finished", "{\"result\":false}"));
    }

    @Test
    void usersPermissionsAndDescriptionsAreManaged() throws Exception {
        String key = UUID.randomUUID().toString();
        assertResponse(key, "POST", "/api/role/staff", "", "{\"result\":true}");
        assertResponse(key, "POST", "/api/membership/eve/staff", "", "{\"result\":true}");
        assertResponse(key, "POST", "/api/permission/staff/read", "", "{\"result\":true}");
        assertResponse(
                key,
                "PUT",
                "/api/role/staff/description",
                "{\"description\":\"Grüße\"}",
                wrapped("Role description set", "{\"result\":true}"));
        assertResponse(
                key,
                "PUT",
                "/api/role/none/description",
                "{\"description\":null}",
                wrapped("Role description set", "{\"result\":false}"));
        assertResponse(key, "GET", "/api/roles", "", "{\"result\":[{\"role\":\"staff\",\"description\":\"Grüße\"}]}");
        assertResponse(key, "GET", "/api/users", "", "{\"result\":[{\"user\":\"eve\"}]}");
        assertResponse(key, "GET", "/api/permissions", "", "{\"result\":[{\"name\":\"read\"}]}");
        assertResponse(key, "DELETE", "/api/user/eve", "", wrapped("User deletion finished", "{\"result\":true}"));
        assertResponse(
                key,
                "DELETE",
                "/api/permission/read",
                "",
                wrapped("Permission deletion finished", "{\"result\":true}"));
        assertResponse(key, "GET", "/api/users", "", "{\"result\":[]}");
        assertResponse(key, "GET", "/api/permissions", "", "{\"result\":[]}");
        assertResponse(key, "GET", "/api/members/staff", "", "{\"result\":[]}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "[]",
                "{\"description\":1}",
                "{\"description\":\"\"}",
                "{\"description\":\"a\\u0000\"}",
                "{\"description\":\"a\\nb\"}",
                "{\"description\":\"\\ud800\"}",
                "{\"description\":\"x\",\"role\":\"y\"}"
            })
    void anInvalidDescriptionIsRefused(String body) throws Exception {
        assertThat(send(api.key, "PUT", "/api/role/ops/description", body).statusCode())
                .isEqualTo(400);
    }

    @Test
    void aDescriptionHasAtMost256Characters() throws Exception {
        String path = "/api/role/ops/description";
        assertThat(send(api.key, "PUT", path, "{\"description\":\"%s\"}".formatted("😀".repeat(257)))
                        .statusCode())
                .isEqualTo(400);
        assertThat(send(api.key, "PUT", path, "{\"description\":\"%s\"}".formatted("😀".repeat(256)))
                        .statusCode())
                .isEqualTo(200);
        assertThat(send(api.key, "PUT", path, "{\"description\":null}").statusCode())
                .isEqualTo(200);
    }

    private HttpResponse<String> send(String key, String method, String path, String body) throws Exception {
        return api.client.send(
                api.request(method, path)
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .header("Authorization", "Bearer " + key)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private void assertResponse(String key, String method, String path, String body, String expected) throws Exception {
        HttpResponse<String> response = send(key, method, path, body);
        assertThat(TestApi.withoutTimestamp(response.body()))
                .as(method + " " + path)
                .isEqualTo(expected);
        assertThat(response.statusCode()).isEqualTo(200);
    }

    @Test
    void everyKeyIsANamespaceAndItsCaseIsIgnored() throws Exception {
        try (RawClient client = api.raw()) {
            assertThat(client.request(
                                    "GET /api/members/ops",
                                    "Authorization: BEARER   " + api.key.toUpperCase(Locale.ROOT))
                            .reply()
                            .body())
                    .contains("ada");
            assertThat(client.request(
                                    "GET /api/members/ops",
                                    "Authorization: bearer 00000000-0000-4000-8000-000000000000")
                            .reply()
                            .body())
                    .isEqualTo("{\"result\":[]}");
        }
    }

    private void assertResponse(String method, String path, String body) throws IOException, InterruptedException {
        HttpResponse<String> response = api.send(method, path);
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(TestApi.withoutTimestamp(response.body()))
                .as(method + " " + path)
                .isEqualTo(body);
    }

    private static String wrapped(String message, String data) {
        return "{\"success\":true,\"code\":200,\"message\":\"%s\",\"data\":%s,\"timestamp\":\"T\"}"
                .formatted(message, data);
    }
}
