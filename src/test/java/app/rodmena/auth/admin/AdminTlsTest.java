package app.rodmena.auth.admin;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.testing.TestKeystore;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdminTlsTest {
    @Test
    void requestsAndTheStreamRequireTls(@TempDir Path directory) throws Exception {
        TestKeystore key = TestKeystore.make(directory);
        try (TestAdmin admin = TestAdmin.withTls(directory, key)) {
            HttpClient client =
                    HttpClient.newBuilder().sslContext(key.trusting()).build();
            HttpRequest.Builder request = admin.request(TestAdmin.MONITOR, "/pool");
            URI pool = URI.create("https://localhost:%d/pool".formatted(admin.port()));
            URI events = URI.create("https://localhost:%d/events".formatted(admin.port()));

            assertThat(client.send(request.uri(pool).build(), BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(200);
            try (Stream<String> lines = client.send(request.uri(events).build(), BodyHandlers.ofLines())
                    .body()) {
                assertThat(lines.anyMatch("event: pool"::equals)).isTrue();
            }
            assertThat(admin.get("/pool").statusCode()).isEqualTo(400);
        }
    }
}
