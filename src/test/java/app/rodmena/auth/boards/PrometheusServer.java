package app.rodmena.auth.boards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.testing.Program;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Debian's Prometheus, which scrapes every second. */
final class PrometheusServer implements AutoCloseable {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Program program;
    private final String url;

    private PrometheusServer(Program program, String url) {
        this.program = program;
        this.url = url;
    }

    /** Starts it with this configuration; {@code directory} takes it and all that it keeps. */
    static PrometheusServer start(Path directory, String configuration) throws IOException {
        String prometheus = Program.installed("/usr/bin/prometheus", "prometheus");
        Path file = Files.writeString(directory.resolve("prometheus.yml"), configuration);
        String address = "127.0.0.1:" + Program.freePort();
        PrometheusServer server = new PrometheusServer(
                Program.start(
                        directory,
                        Map.of(),
                        List.of(
                                prometheus,
                                "--config.file=" + file,
                                "--storage.tsdb.path=" + directory.resolve("data"),
                                "--web.listen-address=" + address)),
                "http://" + address);
        await().atMost(Duration.ofSeconds(60))
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(server.get("/-/ready").statusCode)
                        .as("%s", server.program.output())
                        .isEqualTo(200));
        return server;
    }

    private record Got(int statusCode, String body) {}

    /** What this expression gives now; an error of Prometheus is one of the test. */
    JsonNode query(String expression) throws IOException, InterruptedException {
        Got got = get("/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8));
        assertThat(got.statusCode()).as("%s: %s", expression, got.body()).isEqualTo(200);
        return JSON.readTree(got.body()).at("/data/result");
    }

    /** What there is below {@code /api/v1/}. */
    JsonNode api(String path) throws IOException, InterruptedException {
        return JSON.readTree(get("/api/v1/" + path).body()).get("data");
    }

    private Got get(String path) throws IOException, InterruptedException {
        var response = HTTP.send(HttpRequest.newBuilder(URI.create(url + path)).build(), BodyHandlers.ofString());
        return new Got(response.statusCode(), response.body());
    }

    @Override
    public void close() {
        program.close();
    }
}
