package app.rodmena.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.api.HttpConfig;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.postgres.DatabaseUrl;
import app.rodmena.auth.testing.TestPostgres;
import app.rodmena.auth.testing.TestProxy;
import app.rodmena.auth.testing.TestServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What a client is told of a database that has no connection to spare, or is not there. */
class HealthOverHttpTest {
    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void healthAnswersAtOnceWhileThePoolIsExhausted() throws Exception {
        DatabaseTarget target = TestPostgres.freshDatabase();
        try (AuthServer server = TestServer.ready(AuthServer.start(config(target)));
                var locker = TestPostgres.connect(target);
                var statement = locker.createStatement()) {
            locker.setAutoCommit(false);
            statement.execute("lock table auth_group in access exclusive mode");
            List<CompletableFuture<HttpResponse<String>>> waiting = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                waiting.add(write(server, "/api/role/r" + i)); // What reads would go together, on one connection
            }
            await().until(() -> server.poolStatus().checkedOut() == 10);

            await().until(() -> {
                long asked = System.nanoTime();
                HttpResponse<String> health = ask(server, "/health").join();
                Duration took = Duration.ofNanos(System.nanoTime() - asked);
                assertThat(health.body())
                        .contains("\"checked_out\":10,\"available\":0,\"overflow\":5,\"total_connections\":10");
                return health.statusCode() == 200 && took.compareTo(Duration.ofMillis(250)) < 0;
            });

            assertThat(waiting).noneMatch(CompletableFuture::isDone);
            locker.rollback();
            assertThat(waiting).allMatch(answer -> answer.join().statusCode() == 200);
        }
    }

    @Test
    void aDatabaseThatComesLaterIsWaitedFor() throws Exception {
        try (TestProxy database = new TestProxy(TestPostgres.freshDatabase())) {
            database.stop();
            try (AuthServer server = AuthServer.start(config(database.target()))) {
                HttpResponse<String> health = ask(server, "/health").join();
                assertThat(health.statusCode()).isEqualTo(503);
                assertThat(health.body()).startsWith("{\"status\":\"unhealthy\",\"database\":{\"pool_size\":5,");
                assertThat(ask(server, "/health/ready").join().statusCode()).isEqualTo(503);
                assertThat(ask(server, "/health/live").join().statusCode()).isEqualTo(200);
                HttpResponse<String> roles = ask(server, "/api/roles").join();
                assertThat(roles.statusCode()).isEqualTo(503);
                assertThat(roles.headers().firstValue("Retry-After")).hasValue("5");

                database.start();

                await().until(() -> ask(server, "/health/ready").join().statusCode() == 200);
                assertThat(ask(server, "/health").join().statusCode()).isEqualTo(200);
                assertThat(ask(server, "/api/roles").join().body()).isEqualTo("{\"result\":[]}");
            }
        }
    }

    private CompletableFuture<HttpResponse<String>> ask(AuthServer server, String path) {
        return client.sendAsync(request(server, path).build(), BodyHandlers.ofString());
    }

    private CompletableFuture<HttpResponse<String>> write(AuthServer server, String path) {
        HttpRequest request =
                request(server, path).POST(BodyPublishers.noBody()).build();
        return client.sendAsync(request, BodyHandlers.ofString());
    }

    private static HttpRequest.Builder request(AuthServer server, String path) {
        URI uri = URI.create("http://127.0.0.1:" + server.address().getPort() + path);
        return HttpRequest.newBuilder(uri).header("Authorization", "Bearer " + UUID.randomUUID());
    }

    private static ServerConfig config(DatabaseTarget target) {
        return ServerConfig.on(DatabaseUrl.parse(target.jdbcUrl() + "?user=" + target.user()))
                .withHttp(HttpConfig.DEFAULT.withAddress("127.0.0.1", 0));
    }
}
