package app.rodmena.auth.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.rodmena.auth.settings.Setting;
import app.rodmena.auth.testing.Program;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The manifests for Kubernetes have only fields that their types have, and agree with the server. */
class KubernetesTest {
    private static final Path FILES = Path.of("src/deploy/kubernetes");

    private static final Map<String, String> TYPES = Map.of(
            "Deployment", "io.fabric8.kubernetes.api.model.apps.Deployment",
            "Service", "io.fabric8.kubernetes.api.model.Service",
            "PodDisruptionBudget", "io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget",
            "ServiceMonitor", "io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor",
            "PrometheusRule", "io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule");

    /** Refuses unknown fields, which the types otherwise collect. */
    private static final ObjectMapper STRICT = new ObjectMapper()
            .setAnnotationIntrospector(new JacksonAnnotationIntrospector() {
                private static final long serialVersionUID = 1;

                @Override
                public Boolean hasAnySetter(Annotated annotated) {
                    return false;
                }
            });

    @TempDir
    Path directory;

    @Test
    void everyFieldExists() throws Exception {
        assertThat(kinds("auth.yml")).containsExactly("Deployment", "Service", "PodDisruptionBudget");
        assertThat(kinds("monitoring.yml")).containsExactly("ServiceMonitor");
        ObjectNode deployment =
                (ObjectNode) documents(FILES.resolve("auth.yml")).get(0);
        ((ObjectNode) deployment.at("/spec/template/spec")).put("terminationGracePeriod", 1);
        assertThatThrownBy(() -> validate(deployment)).hasMessageContaining("terminationGracePeriod");
    }

    @Test
    void theAlertsAreARuleOfTheOperator() throws Exception {
        String rule = Program.run(
                directory,
                "",
                List.of("/bin/sh", FILES.resolve("prometheus-rule.sh").toString()));
        Path file = Files.writeString(directory.resolve("rule.yml"), rule);

        validate(documents(file).get(0));
        assertThat(documents(file).get(0).get("spec"))
                .isEqualTo(documents(Path.of("jmx-dashboards/prometheus/auth-alerts.yml"))
                        .get(0));
    }

    @Test
    void everyVariableIsASettingAndEveryLabelSelectsThePods() throws Exception {
        List<JsonNode> manifests = documents(FILES.resolve("auth.yml"));
        JsonNode spec = manifests.get(0).get("spec");
        JsonNode labels = spec.at("/template/metadata/labels");
        Map<String, String> values = new HashMap<>();
        for (JsonNode variable : spec.at("/template/spec/containers/0/env")) {
            String name = variable.get("name").asText();
            assertThat(Setting.ofVariable(name)).as(name).isPresent();
            values.put(name, variable.path("value").asText());
        }
        assertThat(spec.at("/selector/matchLabels")).isEqualTo(labels);
        assertThat(manifests.get(1).at("/spec/selector")).isEqualTo(labels);
        assertThat(manifests.get(2).at("/spec/selector/matchLabels")).isEqualTo(labels);
        assertThat(documents(FILES.resolve("monitoring.yml")).get(0).at("/spec/selector/matchLabels"))
                .isEqualTo(manifests.get(1).at("/metadata/labels"));
        int workers = spec.get("replicas").asInt()
                + spec.at("/strategy/rollingUpdate/maxSurge").asInt();
        assertThat(values).containsEntry("AUTH_WORKERS", String.valueOf(workers));
        // --drain and --shutdown-grace, before SIGKILL.
        assertThat(Setting.SHUTDOWN_GRACE.fallback()).contains("30s");
        assertThat(values).containsEntry("AUTH_DRAIN", "10s");
        assertThat(spec.at("/template/spec/terminationGracePeriodSeconds").asInt())
                .isGreaterThan(40);
    }

    private static List<String> kinds(String file) throws Exception {
        List<String> kinds = new ArrayList<>();
        for (JsonNode manifest : documents(FILES.resolve(file))) {
            validate(manifest);
            kinds.add(manifest.get("kind").asText());
        }
        return kinds;
    }

    private static void validate(JsonNode manifest) throws ClassNotFoundException, JsonProcessingException {
        String kind = manifest.get("kind").asText();
        assertThat(TYPES).containsKey(kind);
        assertThat(STRICT.treeToValue(manifest, Class.forName(TYPES.get(kind)))).isNotNull();
    }

    private static List<JsonNode> documents(Path file) throws IOException {
        YAMLMapper yaml = new YAMLMapper();
        try (MappingIterator<JsonNode> documents =
                yaml.readerFor(JsonNode.class).readValues(file.toFile())) {
            return documents.readAll();
        }
    }
}
