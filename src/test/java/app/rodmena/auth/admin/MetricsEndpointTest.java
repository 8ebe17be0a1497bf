package app.rodmena.auth.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.testing.Program;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The metrics that Prometheus scrapes from a working server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MetricsEndpointTest {
    private static final int REQUESTS = 5;

    private TestAdmin admin;

    @BeforeAll
    void start() throws Exception {
        admin = TestAdmin.anonymous(PoolSettings.DEFAULT.with(draft -> draft.batchSlots = 0));
        for (int i = 0; i < REQUESTS; i++) {
            assertThat(admin.api("/api/roles").get().statusCode()).isEqualTo(200);
        }
        assertThat(admin.api("/api/roles/").get().statusCode()).isEqualTo(404);
    }

    @AfterAll
    void stop() {
        admin.close();
    }

    /** The names that popular boards for HikariCP, the JVM and HTTP servers query. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "hikaricp_connections{application=\"auth\",pool=\"auth\"} 1.0",
                "hikaricp_connections_active{application=\"auth\",pool=\"auth\"} 0.0",
                "hikaricp_connections_idle{application=\"auth\",pool=\"auth\"} 1.0",
                "hikaricp_connections_pending{application=\"auth\",pool=\"auth\"} 0.0",
                "hikaricp_connections_max{application=\"auth\",pool=\"auth\"} 10.0",
                "hikaricp_connections_min{application=\"auth\",pool=\"auth\"} 5.0",
                "hikaricp_connections_timeout_total{application=\"auth\",pool=\"auth\"} 0.0",
                "hikaricp_connections_acquire_seconds_bucket{application=\"auth\",pool=\"auth\",le=\"+Inf\"} 5",
                "hikaricp_connections_usage_seconds_count{application=\"auth\",pool=\"auth\"} 5",
                "hikaricp_connections_creation_seconds_count{application=\"auth\",pool=\"auth\"} 1",
                "db_client_connection_count{application=\"auth\",db_client_connection_pool_name=\"auth\",db_client_connection_state=\"used\"} 0.0",
                "db_client_connection_count{application=\"auth\",db_client_connection_pool_name=\"auth\",db_client_connection_state=\"idle\"} 1.0",
                "db_client_connection_max{application=\"auth\",db_client_connection_pool_name=\"auth\"} 10.0",
                "db_client_connection_pending_requests{application=\"auth\",db_client_connection_pool_name=\"auth\"} 0.0",
                "db_client_connection_timeouts_total{application=\"auth\",db_client_connection_pool_name=\"auth\"} 0.0",
                "db_client_connection_wait_time_seconds_count{application=\"auth\",db_client_connection_pool_name=\"auth\"} 5",
                "db_client_connection_use_time_seconds_count{application=\"auth\",db_client_connection_pool_name=\"auth\"} 5",
                "db_client_connection_create_time_seconds_count{application=\"auth\",db_client_connection_pool_name=\"auth\"} 1",
                "auth_pool_events_total{application=\"auth\",kind=\"checkout\",pool=\"auth\"} 5.0",
                "auth_pool_leaks{application=\"auth\",pool=\"auth\"} 0.0",
                "auth_pool_incidents_total{application=\"auth\",cause=\"TIMEOUT\",pool=\"auth\"} 0.0",
                "jvm_classes_loaded_classes{application=\"auth\"}",
                "jvm_memory_used_bytes{application=\"auth\",area=\"heap\"",
                "jvm_threads_live_threads{application=\"auth\"}",
                "process_cpu_usage{application=\"auth\"}",
                "process_uptime_seconds{application=\"auth\"}",
            })
    void hasMetric(String start) throws Exception {
        assertThat(lines()).anyMatch(line -> line.startsWith(start));
    }

    @Test
    void requestsAreCountedByRouteAndStatus() throws Exception {
        assertThat(lines())
                .anyMatch(line -> line.startsWith("http_server_requests_seconds_count{application=\"auth\"")
                        && line.contains("method=\"GET\"")
                        && line.contains("uri=\"/api/roles\"")
                        && line.contains("status=\"200\"")
                        && line.contains("outcome=\"SUCCESS\"")
                        && line.endsWith(" " + REQUESTS))
                .anyMatch(line -> line.startsWith("http_server_requests_seconds_bucket{")
                        && line.contains("uri=\"/api/roles\"")
                        && line.contains("status=\"200\"")
                        && line.contains("le=\"+Inf\"")
                        && line.endsWith(" " + REQUESTS));
    }

    @Test
    void postgresMetricsAppearAfterTheFirstReading() {
        await().untilAsserted(() -> assertThat(lines())
                .contains("auth_postgres_up{application=\"auth\"} 1.0")
                .anyMatch(line -> line.startsWith("auth_postgres_max_connections{application=\"auth\"}"))
                .anyMatch(
                        line -> line.startsWith("auth_postgres_backends{") && line.contains("application_name=\"auth/"))
                .contains("auth_pool_fleet_instances{application=\"auth\"} 1.0")
                .anyMatch(line -> line.startsWith("auth_pool_fleet_budget{")));
    }

    @Test
    void histogramBucketsAreCumulative() throws Exception {
        Pattern bucket = Pattern.compile("hikaricp_connections_usage_seconds_bucket\\{.*} (\\d+)");
        List<Long> counts = lines().stream()
                .map(bucket::matcher)
                .filter(Matcher::matches)
                .map(match -> Long.valueOf(match.group(1)))
                .toList();
        assertThat(counts).hasSizeGreaterThan(10).isSorted();
    }

    @Test
    void openMetricsIsSupported() throws Exception {
        HttpResponse<String> response = admin.send(admin.request("/metrics")
                .header("Accept", "application/openmetrics-text; version=1.0.0, text/plain;q=0.5"));

        assertThat(response.headers().firstValue("Content-Type").orElseThrow())
                .startsWith("application/openmetrics-text");
        assertThat(response.body()).endsWith("# EOF\n");
    }

    /** Checks the output with Prometheus's own tool. */
    @Test
    void promtoolReportsNoProblem(@TempDir Path directory) throws Exception {
        String promtool = Program.installed("/usr/bin/promtool", "prometheus");

        // OpenTelemetry's name of a gauge ends in a suffix that promtool expects of histograms only.
        String checked = body().lines()
                .filter(line -> !line.contains("db_client_connection_count"))
                .collect(Collectors.joining("\n", "", "\n"));
        assertThat(Program.run(directory, checked, List.of(promtool, "check", "metrics")))
                .isEmpty();
    }

    private List<String> lines() throws Exception {
        return body().lines().toList();
    }

    private String body() throws Exception {
        HttpResponse<String> response = admin.send(admin.request("/metrics"));
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/plain");
        return response.body();
    }
}
