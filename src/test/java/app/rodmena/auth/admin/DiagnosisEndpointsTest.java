package app.rodmena.auth.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.diagnosis.incident.Incident;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.testing.LogOf;
import app.rodmena.auth.testing.TestPostgres;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** Diagnosis, incidents and actions over HTTP. */
@TestInstance(Lifecycle.PER_CLASS)
class DiagnosisEndpointsTest {
    private static final String BROWSER = "text/html,*/*;q=0.8";

    private TestAdmin admin;
    private LogOf audit;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        audit = LogOf.logger("auth.audit");
        admin = TestAdmin.withOperators(directory);
        assertThat(admin.api("/api/roles").get().statusCode()).isEqualTo(200);
    }

    @AfterAll
    void stop() {
        admin.close();
        audit.close();
    }

    @Test
    void anIncidentIsListedAndServedInEveryFormat() throws Exception {
        change("/settings", "{\"poolTimeoutMillis\":200}");
        change("/actions/suspend", "{}");
        JsonNode refused = TestAdmin.json(admin.api("/api/roles").join());
        String id = refused.at("/details/incident").asText();
        await().until(() -> admin.server.incidents().find(id).isPresent());
        change("/actions/resume", "{}");
        change("/settings", "{\"poolTimeoutMillis\":30000}");
        Incident incident = admin.server.incidents().find(id).orElseThrow();

        JsonNode listed = TestAdmin.json(read("/incidents", "*/*")).path(0);
        assertThat(listed.path("id").asText()).isEqualTo(id);
        assertThat(listed.path("cause").asText()).isEqualTo("TIMEOUT");
        assertThat(listed.path("time").asText()).matches("\\d{4}-.*Z");
        assertThat(listed.path("sentence").asText())
                .isEqualTo(incident.sentence())
                .startsWith("Suspended");

        HttpResponse<String> json = read("/incidents/" + id, "application/json");
        assertThat(TestAdmin.json(json).at("/diagnosis/situation").asText()).isEqualTo("SUSPENDED");
        assertThat(TestAdmin.json(json).at("/diagnosis/pool/oldestWaitMillis").isNumber())
                .isTrue();
        HttpResponse<String> text = read("/incidents/" + id, "text/plain");
        assertThat(text.body()).startsWith("Incident " + id);
        assertThat(text.headers().firstValue("content-type")).hasValue("text/plain; charset=utf-8");
        HttpResponse<String> list = read("/incidents", BROWSER);
        assertThat(list.headers().firstValue("content-type")).hasValue("text/html; charset=utf-8");
        assertThat(list.body()).contains("<a href='/incidents/%s'>".formatted(id));
        HttpResponse<String> html = read("/incidents/" + id, BROWSER);
        assertThat(html.body()).startsWith("<!doctype html>");
        assertThat(html.headers().firstValue("content-security-policy").orElse(""))
                .contains("style-src 'unsafe-inline'")
                .contains("default-src 'none'")
                .doesNotContain("script-src");

        for (String unknownId : new String[] {"20260101-000000-000a", "..%2f..%2fetc%2fpasswd", "a/b"}) {
            assertThat(read("/incidents/" + unknownId, "*/*").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void aBrowserGetsPagesWithoutTheColourOfAFaultWhileThePoolIsWell() throws Exception {
        await().untilAsserted(() -> {
            assertThat(read("/diagnosis", BROWSER).body()).contains("<h1 class='neutral'>Well");
            HttpResponse<String> past = read("/diagnosis?from=-5s", BROWSER);
            assertThat(past.headers().firstValue("content-type")).hasValue("text/html; charset=utf-8");
            assertThat(past.body()).contains("<h1", "<svg", "seconds sampled");
        });
    }

    @Test
    void theDiagnosisIsServedAsJsonOrText() throws Exception {
        JsonNode json = TestAdmin.json(read("/diagnosis", "application/json"));
        assertThat(json.path("situation").asText()).isNotEmpty();
        assertThat(json.at("/pool/numbers/poolSize").asInt()).isEqualTo(5);
        assertThat(json.path("sentence").asText()).isNotEmpty();
        assertThat(read("/diagnosis", "text/plain").body()).contains("pool of 5 + 5");
        assertThat(admin.get("/diagnosis").statusCode()).isEqualTo(401);
        assertThat(admin.get("/incidents").statusCode()).isEqualTo(401);
    }

    @Test
    void aPastDiagnosisIsServedAsJsonOrText() throws Exception {
        await().untilAsserted(() -> {
            JsonNode past = TestAdmin.json(read("/diagnosis?from=-1m", "application/json"));
            assertThat(past.path("situation").asText()).isNotEmpty();
            assertThat(past.path("sampledSeconds").asInt()).isPositive();
            assertThat(read("/diagnosis?from=-1m", "text/plain").body())
                    .startsWith(past.path("sentence").asText().substring(0, 4));
        });
        for (String invalid : new String[] {"at=now", "at=-999m", "to=-1m", "from=-1m&to=-2m", "at=", "since=-1m"}) {
            HttpResponse<String> refused = read("/diagnosis?" + invalid, "*/*");
            assertThat(refused.statusCode()).as(invalid).isEqualTo(400);
            assertThat(TestAdmin.json(refused).path("message").asText())
                    .as(invalid)
                    .isNotEmpty();
        }
        assertThat(admin.get("/diagnosis?at=-1s").statusCode()).isEqualTo(401);
    }

    @Test
    void actionsAreRehearsedExecutedRefusedAndAudited() throws Exception {
        DatabaseTarget target = admin.target;
        try (Connection blocker = TestPostgres.connect(target)) {
            blocker.setAutoCommit(false);
            try (var statement = blocker.createStatement()) {
                statement.execute("lock table auth_group");
            }
            CompletableFuture<HttpResponse<String>> blocked = admin.api("/api/roles");
            int[] connection = new int[1];
            await().untilAsserted(() -> {
                JsonNode holders = TestAdmin.json(read("/diagnosis", "*/*")).path("holders");
                assertThat(holders.path(0).path("verdict").asText()).isEqualTo("LOCK_WAIT");
                connection[0] = holders.path(0).path("connectionId").asInt();
            });
            String bodyTemplate = "{\"connection\":%d,\"dryRun\":%s}";
            HttpResponse<String> forbidden =
                    admin.post(TestAdmin.MONITOR, "/actions/cancelQuery", bodyTemplate.formatted(connection[0], false));
            assertThat(forbidden.statusCode()).isEqualTo(403);
            assertThat(change("/actions/cancelQuery", bodyTemplate.formatted(connection[0], true))
                            .path("outcome")
                            .asText())
                    .startsWith("would cancel ");
            assertThat(blocked).isNotDone();
            assertThat(change("/actions/cancelQuery", bodyTemplate.formatted(connection[0], false))
                            .path("outcome")
                            .asText())
                    .startsWith("cancelled ");
            assertThat(blocked.join().statusCode()).isEqualTo(503);
            blocker.rollback();
        }
        assertThat(audit.lines())
                .anyMatch(line -> line.startsWith("alice (control) from 127.0.0.1 invoked cancelQuery ")
                        && line.contains("(dry run): would cancel"))
                .anyMatch(line -> line.contains("invoked cancelQuery ") && line.contains(": cancelled"));

        HttpResponse<String> unknownPid = admin.post(TestAdmin.CONTROL, "/actions/terminateBackend", "{\"pid\":1}");
        assertThat(unknownPid.statusCode()).isEqualTo(400);
        assertThat(unknownPid.body()).contains("there is no client backend with pid 1");
        assertThat(audit.lines())
                .contains("alice (control) from 127.0.0.1 invoked terminateBackend 1:"
                        + " there is no client backend with pid 1");
        assertThat(admin.post(TestAdmin.CONTROL, "/actions/cancelQuery", "{}").body())
                .contains("connection: is missing");
    }

    @Test
    void anActionWithoutResponseGets503AndIsAudited() throws Exception {
        CompletableFuture<Void> released = new CompletableFuture<>();
        try {
            var unused = admin.engine().monitor().submit(monitor -> released.join());
            HttpResponse<String> response = admin.post(TestAdmin.CONTROL, "/actions/terminateBackend", "{\"pid\":1}");

            assertThat(response.statusCode()).isEqualTo(503);
            assertThat(response.headers().firstValue("retry-after")).isPresent();
            assertThat(response.body()).contains("PostgreSQL did not answer within 3 s; the action was not executed");
            assertThat(audit.lines())
                    .anyMatch(line ->
                            line.contains("alice (control) from 127.0.0.1 invoked terminateBackend 1: Postgre"));
        } finally {
            released.complete(null);
        }
    }

    private HttpResponse<String> read(String path, String accept) throws Exception {
        return admin.send(admin.request(TestAdmin.MONITOR, path).header("Accept", accept));
    }

    private JsonNode change(String path, String json) throws Exception {
        HttpResponse<String> response = admin.post(TestAdmin.CONTROL, path, json);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return TestAdmin.json(response);
    }
}
