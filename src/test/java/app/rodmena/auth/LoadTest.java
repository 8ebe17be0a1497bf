package app.rodmena.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.ServerConfig.Database;
import app.rodmena.auth.api.HttpConfig;
import app.rodmena.auth.capacity.CapacityConfig;
import app.rodmena.auth.diagnosis.DiagnosisConfig;
import app.rodmena.auth.diagnosis.incident.IncidentsConfig;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.pool.PoolSnapshot;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.postgres.DatabaseUrl;
import app.rodmena.auth.security.RemoteConfig;
import app.rodmena.auth.testing.TestPostgres;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The load test of the original document: 1,000 requests by 100 clients at once, a query each, on the default pool. */
class LoadTest {
    private static final int REQUESTS = 1000;
    private static final int CLIENTS = 100;

    @Test
    void aThousandRequestsByAHundredClientsNeedTenConnectionsAndLeaveNoneOut() throws Exception {
        try (AuthServer server = AuthServer.start(config())) {
            String api = "http://127.0.0.1:" + server.address().getPort();
            HttpClient http = HttpClient.newHttpClient();
            ConcurrentLinkedQueue<PoolSnapshot> seen = new ConcurrentLinkedQueue<>();
            ConcurrentLinkedQueue<Integer> health = new ConcurrentLinkedQueue<>();
            AtomicBoolean done = new AtomicBoolean();
            CompletableFuture<Void> watching = CompletableFuture.runAsync(() -> {
                while (!done.get()) {
                    seen.add(server.poolStatus());
                    health.add(get(http, api + "/health", "").statusCode());
                }
            });

            List<Integer> statuses = drive(http, api + "/api/roles");
            done.set(true);
            watching.join();

            assertThat(statuses).hasSize(REQUESTS).containsOnly(200);
            // On a starved machine the probe may miss its second, which is what 503 says; it answers throughout.
            assertThat(health).contains(200).isSubsetOf(200, 503);
            assertThat(seen).allSatisfy(snapshot -> {
                assertThat(snapshot.checkedOut()).isBetween(0, 10);
                assertThat(snapshot.totalConnections()).isBetween(snapshot.checkedOut(), 10);
            });
            // A second one is opened only while the first is out; to see both out at once takes luck.
            assertThat(seen).anyMatch(snapshot -> snapshot.totalConnections() > 1);
            assertThat(server.poolStatus().checkedOut()).isZero();
            await().until(() -> server.poolStatus().overflow() == 0);
        }
    }

    private static List<Integer> drive(HttpClient http, String url) {
        String key = UUID.randomUUID().toString();
        AtomicInteger next = new AtomicInteger();
        var clients = Executors.newFixedThreadPool(CLIENTS);
        try {
            List<CompletableFuture<List<Integer>>> running = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                running.add(CompletableFuture.supplyAsync(
                        () -> {
                            List<Integer> statuses = new ArrayList<>();
                            while (next.getAndIncrement() < REQUESTS) {
                                statuses.add(get(http, url, key).statusCode());
                            }
                            return statuses;
                        },
                        clients));
            }
            return running.stream().flatMap(client -> client.join().stream()).toList();
        } finally {
            clients.shutdown();
        }
    }

    private static HttpResponse<String> get(HttpClient http, String url, String key) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
        if (!key.isEmpty()) {
            request.header("Authorization", "Bearer " + key);
        }
        return http.sendAsync(request.build(), BodyHandlers.ofString()).join();
    }

    private static ServerConfig config() {
        DatabaseTarget target = TestPostgres.freshDatabase();
        String url = target.jdbcUrl().replace("jdbc:postgresql://", "postgresql://" + target.user() + "@");
        return new ServerConfig(
                new Database.External(DatabaseUrl.parse(url)),
                PoolSettings.DEFAULT.with(draft -> draft.batchSlots = 0),
                CapacityConfig.DEFAULT,
                HttpConfig.DEFAULT.withAddress("127.0.0.1", 0),
                RemoteConfig.off(),
                DiagnosisConfig.DEFAULT,
                IncidentsConfig.DEFAULT,
                "load-test",
                true);
    }
}
