package app.rodmena.auth.admin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.testing.LiveServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dry runs of setting changes on a server with a fleet limit. */
class DryRunTest {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir
    Path directory;

    @Test
    void aDryRunReturnsTheResultOfTheChangeAndChangesNothing() throws Exception {
        try (LiveServer server = LiveServer.withOperator(directory)) {
            HttpResponse<String> tooMany = settings(server, "{\"maxOverflow\":900,\"dryRun\":true}");
            HttpResponse<String> fits = settings(server, "{\"maxOverflow\":7,\"dryRun\":true}");

            assertThat(tooMany.statusCode()).isEqualTo(400);
            assertThat(tooMany.body())
                    .contains("max_overflow: 900; would be 895 connections more, of which the fleet has");
            assertThat(fits.statusCode()).isEqualTo(200);
            assertThat(fits.body()).contains("\"maxOverflow\":7");
            assertThat(get(server, "/pool").body())
                    .contains("\"maxOverflow\":5")
                    .doesNotContain("\"maxOverflow\":7");
        }
    }

    private static HttpResponse<String> settings(LiveServer server, String body) throws Exception {
        return send(to(server, "/settings")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body)));
    }

    private static HttpResponse<String> get(LiveServer server, String path) throws Exception {
        return send(to(server, path));
    }

    private static HttpRequest.Builder to(LiveServer server, String path) {
        String login = LiveServer.CONTROL + ":" + LiveServer.PASSWORD;
        return HttpRequest.newBuilder(URI.create("http://" + server.admin() + path))
                .header("Authorization", "Basic " + Base64.getEncoder().encodeToString(login.getBytes(UTF_8)));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }
}
