package app.rodmena.auth.boards;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.boards.BoardFiles.Found;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Telegraf's configuration, by the requests that Telegraf makes of it: there is no Telegraf in Debian. */
class TelegrafTest extends OnLiveServer {
    private static final Path FILE = BoardFiles.file("telegraf/auth.conf");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern BEAN_OR_PATH =
            Pattern.compile("mbean = \"(.+)\"|(?<=[\\[ ])\"([A-Z]\\w+(?:/\\w+)?)\"");

    @Test
    void everyAttributeInItExists() throws Exception {
        String bean = "";
        int paths = 0;
        for (Found found : BoardFiles.find(FILE, BEAN_OR_PATH)) {
            if (found.group(1) != null) {
                bean = found.group(1);
            } else {
                Beans.assertAttribute(found.place(), bean, found.group(2));
                paths++;
            }
        }
        assertThat(paths).isEqualTo(declaredPaths(new TomlMapper().readTree(server.configured(FILE))));
    }

    @Test
    void whatTelegrafSendsIsAnsweredInFull() throws Exception {
        JsonNode agent = new TomlMapper()
                .readTree(server.configured(FILE))
                .at("/inputs/jolokia2_agent")
                .get(0);
        ArrayNode requests = JSON.createArrayNode();
        agent.get("metric").forEach(metric -> requests.addAll(requests(metric)));
        var request = HttpRequest.newBuilder(URI.create(agent.get("urls").get(0).asText() + "/read"))
                .header("Content-type", "application/json")
                .POST(BodyPublishers.ofString(requests.toString()))
                .build();

        JsonNode answers = JSON.readTree(HttpClient.newHttpClient()
                .send(request, BodyHandlers.ofString())
                .body());

        assertThat(answers).hasSize(requests.size()).hasSizeGreaterThan(10).allSatisfy(answer -> {
            assertThat(answer.path("status").asInt()).as("%s", answer).isEqualTo(200);
            assertThat(answer.path("value").isNull()).as("%s", answer).isFalse();
        });
        assertThat(answers.get(0).at("/value/Snapshot/poolSize").asInt()).isEqualTo(5);
    }

    /** One for the attributes that are read as a whole, one for each path below an attribute. */
    private static List<ObjectNode> requests(JsonNode metric) {
        List<String> whole = new ArrayList<>();
        Map<String, String> parts = new LinkedHashMap<>();
        metric.get("paths").forEach(path -> {
            String[] steps = path.asText().split("/", 2);
            if (steps.length == 1) {
                whole.add(steps[0]);
            } else {
                parts.put(path.asText(), steps[0]);
            }
        });
        List<ObjectNode> requests = new ArrayList<>();
        if (!whole.isEmpty()) {
            ObjectNode request = request(metric);
            request.set("attribute", whole.size() == 1 ? JSON.valueToTree(whole.get(0)) : JSON.valueToTree(whole));
            requests.add(request);
        }
        parts.forEach((path, attribute) -> requests.add(
                request(metric).put("attribute", attribute).put("path", path.substring(attribute.length() + 1))));
        return requests;
    }

    private static ObjectNode request(JsonNode metric) {
        return JSON.createObjectNode()
                .put("type", "read")
                .put("mbean", metric.get("mbean").asText());
    }

    private static int declaredPaths(JsonNode configuration) {
        int paths = 0;
        for (JsonNode metric : configuration.at("/inputs/jolokia2_agent").get(0).get("metric")) {
            paths += metric.get("paths").size();
        }
        return paths;
    }
}
