package app.rodmena.auth.boards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.boards.BoardFiles.Found;
import app.rodmena.auth.boards.BoardFiles.Place;
import app.rodmena.auth.testing.LiveServer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What boards and alerts ask, asked of a Prometheus that scrapes a server under load. */
class PrometheusTest {
    private static final Path PROMETHEUS = BoardFiles.file("prometheus");
    private static final Pattern EXPRESSION = Pattern.compile("\"expr\": (\".*\"),?$");
    private static final Pattern LABEL_VALUES = Pattern.compile("\"definition\": \"label_values\\((.+), (\\w+)\\)\"");
    private static final Pattern METRIC =
            Pattern.compile("\\b(?:hikaricp|auth_pool|auth_postgres|jvm|process|system|http_server)_\\w+\\b");
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path directory;

    private static LiveServer server;
    private static PrometheusServer prometheus;
    private static ScheduledExecutorService clients;
    private static ScheduledFuture<?> load;

    @BeforeAll
    static void start() throws Throwable {
        server = LiveServer.start();
        Files.copy(PROMETHEUS.resolve("auth-alerts.yml"), directory.resolve("auth-alerts.yml"));
        prometheus = PrometheusServer.start(
                directory,
                server.configured(PROMETHEUS.resolve("prometheus.yml"))
                        .replaceAll("(scrape|evaluation)_interval: \\d+s", "$1_interval: 1s"));
        clients = Executors.newSingleThreadScheduledExecutor();
        load = clients.scheduleWithFixedDelay(() -> server.ask().join(), 0, 50, TimeUnit.MILLISECONDS);
        // What is to be seen growing must have been seen before it grew
        awaitAny("hikaricp_connections");
        server.whileExhausted(() -> awaitAny("hikaricp_connections_pending > 0"));
    }

    @AfterAll
    static void stop() {
        load.cancel(false);
        clients.shutdown();
        prometheus.close();
        server.close();
    }

    @Test
    void everyExpressionOfTheBoardsGivesNumbers() throws IOException {
        Map<Place, String> expressions = new LinkedHashMap<>();
        for (Path board : GrafanaBoardsTest.boards()) {
            for (Found found : BoardFiles.find(board, EXPRESSION)) {
                expressions.put(found.place(), JSON.readValue(found.group(1), String.class));
            }
        }
        assertThat(expressions).hasSizeGreaterThan(40);

        Map<Place, String> empty = new LinkedHashMap<>(expressions);
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofSeconds(1))
                .untilAsserted(() -> {
                    for (Map.Entry<Place, String> each : List.copyOf(empty.entrySet())) {
                        if (givesNumbers(each.getValue())) {
                            empty.remove(each.getKey());
                        }
                    }
                    assertThat(empty).isEmpty();
                });
    }

    @Test
    void everyDropDownHasSomethingToChoose() throws Exception {
        for (Path board : GrafanaBoardsTest.boards()) {
            for (Found found : BoardFiles.find(board, LABEL_VALUES)) {
                String selector = JSON.readValue("\"" + found.group(1) + "\"", String.class);
                assertThat(prometheus.query(chosen(selector)))
                        .as("%s", found.place())
                        .isNotEmpty()
                        .allMatch(series -> series.get("metric").has(found.group(2)));
            }
        }
    }

    @Test
    void everyMetricThatIsNamedAnywhereExists() throws Exception {
        Set<String> known = new TreeSet<>();
        prometheus.api("label/__name__/values").forEach(name -> known.add(name.asText()));
        for (Path file : BoardFiles.all()) {
            if (!file.startsWith(BoardFiles.file("jmx-exporter"))) {
                for (Found metric : BoardFiles.find(file, METRIC)) {
                    assertThat(known).as("%s", metric.place()).contains(metric.group(0));
                }
            }
        }
        for (Path board : GrafanaBoardsTest.boards()) {
            for (Found found : BoardFiles.find(board, EXPRESSION)) {
                assertThat(known)
                        .as("%s", found.place())
                        .containsAll(PromQl.metrics(JSON.readValue(found.group(1), String.class)));
            }
        }
        for (JsonNode rule : PrometheusRulesTest.rules()) {
            assertThat(known)
                    .as("%s", rule.get("alert"))
                    .containsAll(PromQl.metrics(rule.get("expr").asText()));
        }
    }

    @Test
    void everyAlertIsEvaluatedAndAShortJamIsNothingToWakeAnybodyFor() throws Exception {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(ratedRules())
                        .hasSameSizeAs(PrometheusRulesTest.rules())
                        .allSatisfy(rule -> assertThat(rule.get("health").asText())
                                .as("%s", rule)
                                .isEqualTo("ok")));

        assertThat(ratedRules())
                .filteredOn(rule -> !rule.at("/labels/severity").asText().equals("info"))
                .allSatisfy(rule ->
                        assertThat(rule.get("state").asText()).as("%s", rule).isNotEqualTo("firing"));
    }

    /** The rules with what Prometheus thinks of them. */
    private static List<JsonNode> ratedRules() throws Exception {
        List<JsonNode> rules = new ArrayList<>();
        for (JsonNode group : prometheus.api("rules").get("groups")) {
            group.get("rules").forEach(rules::add);
        }
        return rules;
    }

    private static void awaitAny(String expression) {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> !prometheus.query(expression).isEmpty());
    }

    private static boolean givesNumbers(String expression) throws Exception {
        for (JsonNode series : prometheus.query(chosen(expression))) {
            if (!series.at("/value/1").asText().equals("NaN")) {
                return true;
            }
        }
        return false;
    }

    /** The expression when somebody has chosen our application, and everything else. */
    private static String chosen(String expression) {
        return expression
                .replace("$application", "auth")
                .replace("$instance", ".*")
                .replace("$pool", ".*")
                .replace("$__rate_interval", "2m");
    }
}
