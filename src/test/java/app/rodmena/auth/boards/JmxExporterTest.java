package app.rodmena.auth.boards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.boards.BoardFiles.Found;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.testing.AuthProcess;
import app.rodmena.auth.testing.Program;
import app.rodmena.auth.testing.TestPostgres;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rules for jmx_exporter, run by it as an agent of a server. */
class JmxExporterTest {
    private static final Path FILE = BoardFiles.file("jmx-exporter/auth.yml");
    private static final Pattern NAME = Pattern.compile("^    name: (\\w+)$");

    @TempDir
    Path directory;

    @Test
    void everyRuleHasATypeAndANameOfItsOwn() throws Exception {
        JsonNode rules = new YAMLMapper().readTree(FILE.toFile()).get("rules");

        assertThat(rules)
                .hasSizeGreaterThan(15)
                .allSatisfy(rule ->
                        assertThat(rule.path("type").asText()).as("%s", rule).isIn("GAUGE", "COUNTER"));
        assertThat(rules.findValuesAsText("name")).doesNotHaveDuplicates().hasSameSizeAs(BoardFiles.find(FILE, NAME));
    }

    @Test
    void everyRuleGivesAMetric() throws Exception {
        DatabaseTarget target = TestPostgres.freshDatabase();
        int port = Program.freePort();
        String agent = "-javaagent:%s=127.0.0.1:%d:%s"
                .formatted(Program.testTool("jmx_prometheus_javaagent.jar"), port, FILE.toAbsolutePath());
        try (AuthProcess process = AuthProcess.start(
                        directory,
                        Map.of("JAVA_TOOL_OPTIONS", agent),
                        "--port",
                        "0",
                        "--database-url",
                        target.jdbcUrl().replace("jdbc:postgresql://", "postgresql://" + target.user() + "@"))
                .awaitStart()) {
            await().atMost(Duration.ofSeconds(30))
                    .until(() ->
                            process.ask("GET", "/api/roles", UUID.randomUUID().toString())
                                            .join()
                                            .statusCode()
                                    == 200);

            List<String> metrics = scrape(port).lines().toList();

            for (Found name : BoardFiles.find(FILE, NAME)) {
                assertThat(metrics)
                        .as("%s: %s", name.place(), name.group(1))
                        .anyMatch(line -> line.startsWith(name.group(1) + "{"));
            }
            assertThat(metrics)
                    .contains(
                            "hikaricp_connections_max{application=\"auth\",pool=\"auth\"} 10.0",
                            "hikaricp_connections_min{application=\"auth\",pool=\"auth\"} 5.0",
                            "hikaricp_connections_usage_seconds_count{application=\"auth\",pool=\"auth\"} 1.0",
                            "auth_pool_events_total{application=\"auth\",kind=\"checkout\",pool=\"auth\"} 1.0",
                            "auth_http_requests_total{application=\"auth\",route=\"GET /api/roles\",status=\"200\"} 1.0")
                    .noneMatch(line -> line.startsWith("app_rodmena_auth"));
        }
    }

    private static String scrape(int port) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"))
                                .build(),
                        BodyHandlers.ofString())
                .body();
    }
}
