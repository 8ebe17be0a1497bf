package app.rodmena.auth.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.diagnosis.incident.TroubledServer;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.testing.LogOf;
import app.rodmena.auth.testing.TestServer;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The id of a request, wherever the server shows the request. */
class RequestIdsTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String TRACEPARENT = "00-%s-00f067aa0ba902b7-01".formatted(TRACE);

    @Test
    void isInTheResponseEventsLogDiagnosisAndIncident() throws Exception {
        PoolSettings small =
                PoolSettings.DEFAULT.withSize(1, 1).with(draft -> draft.poolTimeout = Duration.ofSeconds(5));
        try (TestAdmin admin = TestAdmin.anonymous(small);
                LogOf log = LogOf.logger("auth.database");
                Connection colleague = TroubledServer.otherSession(admin.target)) {
            TestServer.ready(admin.server);
            TroubledServer.lock(colleague);
            var first = post(admin, "first");
            var second = post(admin, "second");
            await().until(() -> admin.engine().pool().snapshot().checkedOut() == 2);
            var third = post(admin, "third");
            await().until(() -> admin.engine().pool().snapshot().waiting() == 1);

            assertIds(admin.json("/pool/waiters").path(0), "third");
            assertThat(admin.json("/pool/connections").findValuesAsText("requestId"))
                    .contains("first", "second");
            await().untilAsserted(() -> assertThat(
                            admin.json("/diagnosis").path("holders").findValuesAsText("requestId"))
                    .hasSize(2));
            JsonNode diagnosis = admin.json("/diagnosis");
            assertThat(diagnosis.path("holders").findValuesAsText("requestId"))
                    .containsExactlyInAnyOrder("first", "second");
            assertThat(diagnosis.path("text").asText().replaceAll("\\s+", " "))
                    .contains("request_id=first trace_id=" + TRACE);
            assertThat(diagnosis.at("/waiters/0/requestId").asText()).isEqualTo("third");

            HttpResponse<String> refusal = third.join();
            assertThat(refusal.statusCode()).isEqualTo(503);
            assertThat(refusal.headers().firstValue("X-Request-ID")).hasValue("third");
            JsonNode details = TestAdmin.json(refusal).path("details");
            assertThat(details.path("request_id").asText()).isEqualTo("third");
            String incident = details.path("incident").asText();
            assertIds(admin.json("/pool/events?kinds=timeout").path(0), "third");
            await().untilAsserted(() -> assertThat(log.lines())
                    .anyMatch(line ->
                            line.startsWith("timeout ") && line.contains(" request_id=third trace_id=" + TRACE + " ")));
            await().until(() -> admin.get("/incidents/" + incident).statusCode() == 200);
            JsonNode recorded = admin.json("/incidents/" + incident);
            assertThat(recorded.at("/diagnosis/holders").findValuesAsText("requestId"))
                    .containsExactlyInAnyOrder("first", "second");
            assertThat(recorded.at("/diagnosis/waiters/0/requestId").asText()).isEqualTo("third");
            for (String type : new String[] {"text/html", "text/plain"}) {
                assertThat(admin.send(admin.request("/incidents/" + incident).header("Accept", type))
                                .body())
                        .as(type)
                        .contains("first", "second");
            }
            colleague.rollback();
            CompletableFuture.allOf(first, second).join();
        }
    }

    private static void assertIds(JsonNode row, String id) {
        assertThat(row.path("requestId").asText()).isEqualTo(id);
        assertThat(row.path("traceId").asText()).isEqualTo(TRACE);
    }

    private static CompletableFuture<HttpResponse<String>> post(TestAdmin admin, String id) {
        return admin.api("POST", "/api/role/r", "X-Request-ID", id, "traceparent", TRACEPARENT);
    }

    @Test
    void thousandsOfIdsLeaveNothingInTheMetrics() throws Exception {
        try (TestAdmin admin = TestAdmin.anonymous(PoolSettings.DEFAULT)) {
            for (int i = 0; i < 1_000; i++) {
                assertThat(admin.api("GET", "/api/roles", "X-Request-ID", "request" + i)
                                .join()
                                .statusCode())
                        .isEqualTo(200);
            }
            assertThat(admin.get("/metrics").body()).doesNotContain("request999");
            assertThat(admin.server.metrics().registry().getNames()).noneMatch(name -> name.contains("request999"));
            assertThat(admin.json("/pool/events?kinds=checkout").size())
                    .isLessThanOrEqualTo(admin.engine().recentEvents().capacity());
        }
    }

    @Test
    void theAdminListenerHasIdsToo() throws Exception {
        try (TestAdmin admin = TestAdmin.anonymous(PoolSettings.DEFAULT)) {
            assertThat(admin.send(admin.request("/pool").header("X-Request-ID", "of-admin"))
                            .headers()
                            .firstValue("X-Request-ID"))
                    .hasValue("of-admin");
            assertThat(admin.get("/nowhere").headers().firstValue("X-Request-ID"))
                    .isPresent();
        }
    }
}
