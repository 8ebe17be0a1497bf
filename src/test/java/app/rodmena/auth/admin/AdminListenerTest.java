package app.rodmena.auth.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.testing.TestPostgres;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The admin listener without operators. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AdminListenerTest {
    private TestAdmin admin;

    @BeforeAll
    void start() throws Exception {
        admin = TestAdmin.anonymous(PoolSettings.DEFAULT.withSize(2, 1).with(draft -> draft.batchSlots = 0));
        assertThat(admin.api("/api/roles").get().statusCode()).isEqualTo(200);
    }

    @AfterAll
    void stop() {
        admin.close();
    }

    @Test
    void thePoolHasTheNamesOfItsMBean() throws Exception {
        JsonNode pool = admin.json("/pool");

        assertThat(pool.at("/snapshot/totalConnections").intValue()).isPositive();
        assertThat(pool.at("/settings/poolTimeoutMillis").intValue()).isEqualTo(30_000);
        assertThat(pool.at("/totals/checkouts").intValue()).isPositive();
        assertThat(pool.at("/waitTimes/p99Millis").isNumber()).isTrue();
        assertThat(pool.at("/database/reachable").booleanValue()).isTrue();
        assertThat(pool.at("/server/instance").textValue()).isEqualTo("test");
        assertThat(pool.at("/time").textValue()).endsWith("Z");
    }

    @Test
    void connectionsStatementsAndRequestsAreLists() throws Exception {
        assertThat(admin.json("/pool/connections").at("/0/state").textValue()).isEqualTo("idle");
        assertThat(admin.json("/pool/waiters")).isEmpty();
        assertThat(admin.json("/statements").at("/times").findValuesAsText("name"))
                .contains("roles.list");
        assertThat(admin.json("/requests").at("/answers").findValuesAsText("route"))
                .contains("GET /api/roles");
    }

    @Test
    void eventsAreFilteredAndLimited() throws Exception {
        JsonNode events = admin.json("/pool/events?kinds=checkout%2Ctimeout&from=-1h&limit=1");

        assertThat(events).hasSize(1);
        assertThat(events.at("/0/kind").textValue()).isEqualTo("checkout");
        assertThat(admin.json("/pool/events?connection=99")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "kinds=checkin%2Cnap, unknown kind 'nap'; allowed: connect",
        "connection=x, connection: 'x'; must be 0 to",
        "limit=0, limit: '0'; must be 1 to 1000",
        "from=yesterday, from: 'yesterday'; must be a time such as",
        "kind=checkin, unknown parameter 'kind'; allowed: connection",
        "limit=1&limit=2, limit: given more than once"
    })
    void anInvalidQueryIsRefusedWithTheAllowedValues(String query, String message) throws Exception {
        HttpResponse<String> response = admin.get("/pool/events?" + query);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/health", "/health/live", "/health/ready", "/health/started"})
    void healthIsEqualToThatOfTheApi(String path) throws Exception {
        assertThat(admin.get(path).body()).isEqualTo(admin.api(path).get().body());
    }

    @Test
    void headHasTheHeadersOfGetAndNoBody() throws Exception {
        HttpResponse<String> head = admin.send(admin.request("/pool").method("HEAD", BodyPublishers.noBody()));

        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(head.headers().firstValueAsLong("content-length").orElse(0)).isPositive();
    }

    @Test
    void responsesHaveSecurityHeaders() throws Exception {
        HttpResponse<String> response = admin.get("/pool");

        assertThat(response.headers().firstValue("cache-control")).contains("no-store");
        assertThat(response.headers().firstValue("x-content-type-options")).contains("nosniff");
        assertThat(response.headers().firstValue("content-security-policy").orElse(""))
                .startsWith("default-src 'none'")
                .contains("frame-ancestors 'none'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/nothing", "/pool/", "/pool/connections/1", "/api/roles"})
    void unknownPathsGetTheErrorOfTheApi(String path) throws Exception {
        HttpResponse<String> response = admin.get(path);

        assertThat(response.statusCode()).isEqualTo(404);
        JsonNode error = TestAdmin.json(response);
        assertThat(error.at("/success").booleanValue()).isFalse();
        assertThat(error.at("/code").intValue()).isEqualTo(404);
        assertThat(error.at("/message").textValue()).isEqualTo("No such path");
    }

    @ParameterizedTest
    @CsvSource({"POST, /pool, 'GET, HEAD, OPTIONS'", "GET, /settings, 'POST, OPTIONS'"})
    void wrongMethodsGet405AndTheAllowedOnes(String method, String path, String allow) throws Exception {
        HttpResponse<String> response = admin.send(admin.request(path).method(method, BodyPublishers.noBody()));

        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(response.headers().firstValue("allow")).contains(allow);
    }

    @Test
    void withoutOperatorsNoChangeIsAllowed() throws Exception {
        int before = admin.server.poolStatus().totalConnections();
        HttpResponse<String> response = admin.send(admin.request("/actions/evictIdle")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{}")));

        assertThat(response.statusCode()).isEqualTo(403);
        assertThat(response.body()).contains("./run.sh operator add NAME --role control");
        assertThat(admin.server.poolStatus().totalConnections()).isEqualTo(before);
    }

    @Test
    void itRespondsQuicklyWhileThePoolIsExhausted() throws Exception {
        try (Connection locker = TestPostgres.connect(admin.target)) {
            locker.setAutoCommit(false);
            locker.createStatement().execute("lock table auth_group");
            List<CompletableFuture<HttpResponse<String>>> stuck = IntStream.range(0, 303)
                    .mapToObj(i -> admin.api("/api/roles"))
                    .toList();
            await().until(() -> admin.server.poolStatus().waiting() == 300);

            for (String path :
                    List.of("/health", "/pool", "/pool/connections", "/pool/waiters", "/pool/events", "/metrics")) {
                long before = System.nanoTime();
                assertThat(admin.get(path).statusCode()).isEqualTo(200);
                assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(5));
            }
            assertThat(admin.json("/pool/waiters")).hasSize(300);
            assertThat(admin.json("/pool/connections").findValuesAsText("route"))
                    .containsOnly("GET /api/roles");
            locker.rollback();
            for (var response : stuck) {
                assertThat(response.get().statusCode()).isEqualTo(200);
            }
        }
    }
}
