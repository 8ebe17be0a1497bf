package app.rodmena.auth.boards;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.boards.BoardFiles.Found;
import app.rodmena.auth.testing.Program;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Zabbix's template: its items asked for through the real Java gateway, as a Zabbix server asks. */
class ZabbixTest extends OnLiveServer {
    private static final Path FILE = BoardFiles.file("zabbix/auth-pool.yaml");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern KEY = Pattern.compile("jmx\\[\"([^\"]+)\",\"([^\"]+)\"]");
    private static final int HEADER = 13;

    @TempDir
    Path directory;

    @Test
    void everyAttributeInItExists() throws Exception {
        List<Found> keys = BoardFiles.find(FILE, KEY);
        assertThat(keys).hasSizeGreaterThan(20);
        for (Found key : keys) {
            Beans.assertAttribute(key.place(), key.group(1), key.group(2));
        }
    }

    @Test
    void whatTriggersAndGraphsUseAreItems() throws Exception {
        JsonNode export = export();
        Set<String> items = Set.copyOf(keys(export));

        for (Found key : BoardFiles.find(FILE, KEY)) {
            assertThat(items).as("%s", key.place()).contains(key.group(0));
        }
        assertThat(export.findValuesAsText("expression"))
                .hasSizeGreaterThan(4)
                .allMatch(text -> text.contains("/Auth pool by JMX/jmx["));
        List<String> ids = export.findValuesAsText("uuid");
        assertThat(new HashSet<>(ids)).hasSameSizeAs(ids);
        assertThat(ids).allMatch(id -> id.matches("[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}"));
    }

    @Test
    void theJavaGatewayReadsEveryItem() throws Exception {
        String gateway = Program.installed("/usr/sbin/zabbix-java-gateway.jar", "zabbix-java-gateway");
        List<String> keys = keys(export());
        int port = Program.freePort();
        List<String> command = List.of(
                Program.java(),
                "-Dzabbix.listenIP=127.0.0.1",
                "-Dzabbix.listenPort=" + port,
                "-Dzabbix.timeout=10",
                "-jar",
                gateway);
        try (Program program = Program.start(directory, Map.of(), command)) {
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(program.output()).contains("listening on"));

            JsonNode answer = ask(port, server.jmx(), keys);

            assertThat(answer.path("response").asText()).isEqualTo("success");
            List<String> failures = new ArrayList<>();
            for (int i = 0; i < keys.size(); i++) {
                JsonNode item = answer.get("data").get(i);
                if (item.path("value").asText().isBlank()) {
                    failures.add(keys.get(i) + ": " + item);
                }
            }
            assertThat(failures).isEmpty();
        }
    }

    private static JsonNode export() throws IOException {
        return new YAMLMapper().readTree(FILE.toFile()).get("zabbix_export");
    }

    private static List<String> keys(JsonNode export) {
        List<String> keys = new ArrayList<>();
        export.at("/templates/0/items").forEach(item -> keys.add(item.get("key").asText()));
        return keys;
    }

    private static JsonNode ask(int port, String jmx, List<String> keys) throws IOException {
        byte[] body = JSON.writeValueAsBytes(Map.of(
                "request",
                "java gateway jmx",
                "jmx_endpoint",
                "service:jmx:rmi:///jndi/rmi://%s/jmxrmi".formatted(jmx),
                "username",
                "",
                "password",
                "",
                "keys",
                keys));
        ByteBuffer request = ByteBuffer.allocate(HEADER + body.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put("ZBXD\1".getBytes(UTF_8))
                .putLong(body.length)
                .put(body);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(request.array());
            InputStream answer = socket.getInputStream();
            assertThat(answer.readNBytes(HEADER)).startsWith("ZBXD\1".getBytes(UTF_8));
            return JSON.readTree(answer.readAllBytes());
        }
    }
}
