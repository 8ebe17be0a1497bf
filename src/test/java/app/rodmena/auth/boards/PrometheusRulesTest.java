package app.rodmena.auth.boards;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.testing.Program;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The alerts and what they are tested with, by promtool. */
class PrometheusRulesTest {
    private static final Path DIRECTORY = BoardFiles.file("prometheus");
    private static final Path RULES = DIRECTORY.resolve("auth-alerts.yml");
    private static final Path TESTS = DIRECTORY.resolve("auth-alerts-test.yml");
    private static final Path RECORDED = DIRECTORY.resolve("auth-alerts-recorded-test.yml");

    @TempDir
    Path directory;

    @Test
    void promtoolAcceptsRulesAndConfiguration() throws Exception {
        assertThat(promtool("check", "rules", RULES.toString()))
                .contains("SUCCESS: " + rules().size() + " rules found");
        assertThat(promtool(
                        "check", "config", DIRECTORY.resolve("prometheus.yml").toString()))
                .contains("is valid prometheus config file syntax")
                .doesNotContain("FAILED");
    }

    @Test
    void everyAlertFiresWhenItShouldAndNotWhenItShouldNot() throws Exception {
        Map<String, Set<Boolean>> tested = new TreeMap<>();
        for (JsonNode group : new YAMLMapper().readTree(TESTS.toFile()).get("tests")) {
            for (JsonNode test : group.get("alert_rule_test")) {
                tested.computeIfAbsent(test.get("alertname").asText(), name -> new TreeSet<>())
                        .add(!test.path("exp_alerts").isEmpty());
            }
        }

        assertThat(tested.keySet())
                .containsExactlyInAnyOrderElementsOf(
                        rules().stream().map(rule -> rule.get("alert").asText()).toList());
        assertThat(tested)
                .allSatisfy((alert, outcomes) -> assertThat(outcomes)
                        .as("%s: tested to fire (true), and not to (false)", alert)
                        .containsExactly(false, true));
        assertThat(promtool("test", "rules", TESTS.toString()))
                .contains("SUCCESS")
                .doesNotContain("FAILED");
    }

    @Test
    void aRecordedIncidentRaisesOneAlert() throws Exception {
        assertThat(promtool("test", "rules", RECORDED.toString()))
                .contains("SUCCESS")
                .doesNotContain("FAILED");
    }

    @Test
    void everyAlertSaysHowBadItIsAndWhatToDo() throws IOException {
        assertThat(rules()).allSatisfy(rule -> {
            assertThat(rule.get("alert").asText()).matches("Auth([A-Z][a-z]+)+");
            assertThat(rule.at("/labels/severity").asText()).isIn("critical", "warning", "info");
            assertThat(rule.at("/annotations/summary").asText()).contains("{{ $labels.");
            assertThat(rule.at("/annotations/description").asText()).contains("./run.sh ");
        });
    }

    static List<JsonNode> rules() throws IOException {
        List<JsonNode> rules = new ArrayList<>();
        new YAMLMapper()
                .readTree(RULES.toFile())
                .get("groups")
                .forEach(group -> group.get("rules").forEach(rules::add));
        return rules;
    }

    private String promtool(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(Program.installed("/usr/bin/promtool", "prometheus")));
        command.addAll(List.of(arguments));
        return Program.run(directory, "", command);
    }
}
