package app.rodmena.auth.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.testing.LongList;
import app.rodmena.auth.testing.RawClient;
import app.rodmena.auth.testing.TestPostgres;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** Lists of thousands of rows: complete, cut off or refused, never truncated without notice. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LongListsTest {
    private static final int ROWS = 150_000;
    private static final int FEWER_ROWS = 6_000;
    private static final JsonMapper JSON = new JsonMapper();
    private static final String PATH = "/api/members/" + LongList.ROLE;
    private static final long BUDGET = 2L * 1024 * 1024;

    /** A list may wait for its client for a fifth of the read timeout. */
    private static final TestApi.Limits LIMITS = new TestApi.Limits(Duration.ofSeconds(3), BUDGET);

    private final List<Integer> statuses = new CopyOnWriteArrayList<>();
    private final String fewerKey = UUID.randomUUID().toString();
    private TestApi api;

    @BeforeAll
    void start() throws Exception {
        api = new TestApi(LIMITS, (route, status, took) -> statuses.add(status));
        LongList.create(api.target, api.key, ROWS, 1);
        LongList.create(api.target, fewerKey, FEWER_ROWS, FEWER_ROWS);
    }

    @AfterAll
    void stop() {
        api.close();
    }

    @Test
    void longListsAreCompleteAndOrdered() throws Exception {
        assertThat(api.send("GET", PATH).body()).isEqualTo(LongList.members(ROWS));
        assertThat(api.send("HEAD", PATH).statusCode()).isEqualTo(200);
        assertThat(requestWithKey(fewerKey, PATH).body()).isEqualTo(LongList.members(FEWER_ROWS));
        assertThat(requestWithKey(fewerKey, PATH).headers().firstValue("Content-Length"))
                .hasValue(String.valueOf(LongList.members(FEWER_ROWS).length()));
    }

    @Test
    void longListsHaveTheJsonOfShortOnes() throws Exception {
        JsonNode ofUser = JSON.readTree(
                requestWithKey(fewerKey, "/api/user_permissions/user-0000001").body());
        assertThat(ofUser.path("success").booleanValue()).isTrue();
        assertThat(ofUser.path("code").intValue()).isEqualTo(200);
        assertThat(ofUser.path("timestamp").textValue()).hasSize(26);
        assertThat(ofUser.path("data").path("count").intValue()).isEqualTo(FEWER_ROWS);
        assertThat(ofUser.path("data").path("permissions")).hasSize(FEWER_ROWS);
        assertThat(ofUser.path("data")
                        .path("permissions")
                        .get(FEWER_ROWS - 1)
                        .path("name")
                        .textValue())
                .isEqualTo("permission-0006000");

        JsonNode ofRole = JSON.readTree(requestWithKey(fewerKey, "/api/role_permissions/" + LongList.ROLE)
                .body());
        assertThat(ofRole.path("data")).hasSize(FEWER_ROWS);
    }

    @Test
    void concurrentLongListsAreAnswered() throws Exception {
        List<CompletableFuture<HttpResponse<String>>> lists = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            lists.add(api.sendAsync("GET", PATH));
        }
        for (CompletableFuture<HttpResponse<String>> list : lists) {
            HttpResponse<String> response = list.get();
            if (response.statusCode() == 200) {
                assertThat(response.body()).isEqualTo(LongList.members(ROWS));
            } else {
                assertIsRefused(response.statusCode(), response.body());
            }
        }
        assertThat(lists).anySatisfy(list -> assertThat(list.get().statusCode()).isEqualTo(200));
        await().until(() -> api.budget.total() == 0);
    }

    @Test
    void unreadResponsesAreBoundedAndLeaveRoomForOtherTenants() throws Exception {
        List<RawClient> nonReading = new ArrayList<>();
        try {
            for (int i = 0; i < 10; i++) {
                nonReading.add(api.raw().request("GET " + PATH, api.bearer()));
            }
            await().until(() -> api.budget.total() > BUDGET / 3);
            for (int i = 0; i < 10; i++) {
                assertThat(api.budget.total()).isLessThan(BUDGET);
                assertThat(requestWithKey(fewerKey, "/api/user_roles/user-0000001")
                                .statusCode())
                        .isEqualTo(200);
                assertThat(api.sendWithoutKey("GET", "/health").statusCode()).isEqualTo(200);
            }
            await().atMost(Duration.ofSeconds(60)).until(() -> api.listener.inFlight() == 0);
            assertThat(api.budget.total()).isZero();
        } finally {
            for (RawClient client : nonReading) {
                client.close();
            }
        }
    }

    @Test
    void aListBeyondTheBudgetIsRefusedWithAReason() throws Exception {
        try (TestApi small =
                new TestApi(new TestApi.Limits(Duration.ofSeconds(3), 2048), (route, status, took) -> {})) {
            LongList.create(small.target, small.key, 1500, 100);
            for (String path : List.of(PATH, "/api/role_permissions/" + LongList.ROLE)) {
                HttpResponse<String> refusal = small.send("GET", path);

                assertThat(refusal.statusCode()).isEqualTo(503);
                assertThat(refusal.headers().firstValue("Retry-After")).hasValue("1");
                assertThat(refusal.body()).contains("\"reason\":\"UNREAD_RESPONSES\"");
            }
            assertThat(small.send("GET", "/api/permission/big/permission-0000001")
                            .body())
                    .isEqualTo("{\"result\":true}");
        }
    }

    @Test
    void aClientThatDoesNotReadIsDisconnectedAndItsDatabaseConnectionReleased() throws Exception {
        try (RawClient slow = api.raw().request("GET " + PATH, api.bearer())) {
            await().until(() -> slow.hasReply() && api.engine.pool().snapshot().checkedOut() == 1);
            statuses.clear();
            await().atMost(Duration.ofSeconds(20)).until(() -> statuses.contains(RequestListener.INCOMPLETE_RESPONSE));
            assertThat(slow.restUntilClosed()).doesNotEndWith("]}\r\n0\r\n\r\n");
            await().until(() -> api.engine.pool().snapshot().checkedOut() == 0);
        }
    }

    @Test
    void aFailureInTheMiddleClosesTheConnection() throws Exception {
        try (RawClient client = api.raw().request("GET " + PATH, api.bearer())) {
            await().until(client::hasReply);
            try (var connection = TestPostgres.connect(api.target);
                    var statement = connection.createStatement()) {
                statement.execute("""
                        select pg_terminate_backend(pid) from pg_stat_activity
                        where datname = current_database() and query like '%memberships.of_role%'
                            and pid <> pg_backend_pid()
                        """);
            }
            assertThat(client.restUntilClosed()).startsWith("HTTP/1.1 200").doesNotEndWith("]}\r\n0\r\n\r\n");
        }
        await().until(() -> api.budget.total() == 0);
    }

    private HttpResponse<String> requestWithKey(String key, String path) throws IOException, InterruptedException {
        return api.client.send(
                api.request("GET", path)
                        .header("Authorization", "Bearer " + key)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static void assertIsRefused(int status, String body) {
        assertThat(status).isEqualTo(503);
        assertThat(body).contains("\"reason\":\"UNREAD_RESPONSES\"");
    }
}
