package app.rodmena.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.diagnosis.Diagnosis;
import app.rodmena.auth.diagnosis.Situation;
import app.rodmena.auth.diagnosis.incident.IncidentCause;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.testing.StandbyServer;
import app.rodmena.auth.testing.TestPostgres;
import app.rodmena.auth.testing.TestProxy;
import app.rodmena.auth.testing.TestServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A whole server whose database has a standby. */
class StandbyTest {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /** The longest time without service once the address leads to the primary, plus this machine's own delays. */
    private static final Duration RECOVERY = Duration.ofSeconds(3);

    private static StandbyServer servers;

    private final String key = UUID.randomUUID().toString();

    @BeforeAll
    static void startServers() throws Exception {
        servers = StandbyServer.start();
    }

    @AfterAll
    static void stopServers() throws Exception {
        servers.close();
    }

    @Test
    void noAnswerIsOlderThanAnAcknowledgedRevokeWhileTheAddressLeadsToAStandby() throws Exception {
        try (TestProxy proxy = new TestProxy(servers.primary());
                AuthServer server = AuthServer.start(TestServer.config(proxy.target()))) {
            assertThat(ask(server, "POST", "/api/role/admin").statusCode()).isEqualTo(200);
            assertThat(ask(server, "POST", "/api/membership/ada/admin").statusCode())
                    .isEqualTo(200);
            // Until its replay has caught up, the standby has no such table.
            await().ignoreExceptionsInstanceOf(SQLException.class).until(() -> count(servers.standby()) == 1);
            servers.pauseReplay();
            assertThat(ask(server, "DELETE", "/api/membership/ada/admin").statusCode())
                    .isEqualTo(200);
            assertThat(count(servers.standby())).isEqualTo(1);

            proxy.moveTo(servers.standby());
            endSessions(servers.primary());
            List<HttpResponse<String>> checks = new ArrayList<>();
            await().until(() -> {
                checks.add(ask(server, "GET", "/api/membership/ada/admin"));
                return ask(server, "GET", "/health").statusCode() == 503 && checks.size() >= 20;
            });
            assertThat(checks).allSatisfy(check -> assertThat(check.body()).doesNotContain("true}"));
            assertThat(checks.get(checks.size() - 1).statusCode()).isEqualTo(503);
            assertThat(server.availability().problem()).contains("standby");
            Diagnosis diagnosis = await().until(
                            () -> server.diagnostics().current(Duration.ZERO),
                            now -> now.situation() == Situation.NO_PRIMARY);
            assertThat(diagnosis.sentence()).contains("standby");
            await().untilAsserted(() -> assertThat(server.incidents().newestFirst())
                    .anyMatch(incident -> incident.cause() == IncidentCause.DATABASE_DOWN
                            && incident.sentence().contains("standby")));

            proxy.moveTo(servers.primary());
            servers.resumeReplay();
            await().atMost(RECOVERY).until(() -> ask(server, "GET", "/health").statusCode() == 200);
            assertThat(ask(server, "GET", "/api/membership/ada/admin").body()).contains("false");
            assertThat(ask(server, "POST", "/api/role/editor").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void ofTwoHostsThePrimaryIsUsedAlsoIfTheStandbyIsTheFirst() throws Exception {
        try (AuthServer server = AuthServer.start(TestServer.config(servers.standbyThenPrimary()))) {
            assertThat(ask(server, "POST", "/api/role/admin").statusCode()).isEqualTo(200);
            assertThat(ask(server, "GET", "/health").statusCode()).isEqualTo(200);
        }
    }

    private HttpResponse<String> ask(AuthServer server, String method, String path)
            throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + server.address().getPort() + path);
        HttpRequest request = HttpRequest.newBuilder(uri)
                .method(method, BodyPublishers.noBody())
                .header("Authorization", "Bearer " + key)
                .build();
        return HTTP.send(request, BodyHandlers.ofString());
    }

    private static int count(DatabaseTarget target) throws SQLException {
        try (Connection connection = TestPostgres.connect(target);
                var statement = connection.createStatement();
                var result = statement.executeQuery("select count(*) from membership_groups")) {
            result.next();
            return result.getInt(1);
        }
    }

    private static void endSessions(DatabaseTarget target) throws SQLException {
        try (Connection admin = TestPostgres.connect(target);
                var statement = admin.createStatement()) {
            statement.execute("""
                    select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'auth/%'
                    """);
        }
    }
}
