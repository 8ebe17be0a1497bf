package app.rodmena.auth.faults;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.testing.AuthProcess;
import app.rodmena.auth.testing.Program;
import app.rodmena.auth.testing.TestHaProxy;
import app.rodmena.auth.testing.TestPostgres;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Four servers behind HAProxy, which repeats no request, are restarted one after the other, under load. */
class RollingRestartTest {
    private static final int SERVERS = 4;
    private static final int REQUESTS_PER_SECOND = 100;
    private static final int TICK_MILLIS = 1_000 / REQUESTS_PER_SECOND;

    /** Bounds the load on a machine that is too slow for it. */
    private static final int MAX_IN_FLIGHT = 100;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String key = UUID.randomUUID().toString();
    private final AtomicInteger sent = new AtomicInteger();
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger succeeded = new AtomicInteger();
    private final Queue<String> failed = new ConcurrentLinkedQueue<>();

    @TempDir
    Path directory;

    @Test
    void noRequestFails() throws Exception {
        DatabaseTarget target = TestPostgres.freshDatabase();
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < SERVERS; i++) {
            ports.add(Program.freePort());
        }
        List<AuthProcess> servers = new ArrayList<>();
        try (TestHaProxy proxy = TestHaProxy.start(
                directory,
                """
                mode http
                option httpchk GET /health/ready
                timeout check 5s
                default-server inter 200ms fall 1 rise 1
                """
                        + ports.stream()
                                .map("server s%1$d 127.0.0.1:%1$d check%n"::formatted)
                                .collect(joining()))) {
            for (int port : ports) {
                servers.add(start(target, port));
            }
            for (int i = 0; i < SERVERS; i++) {
                awaitUp(proxy, servers.get(i), ports.get(i));
            }
            URI api = URI.create("http://127.0.0.1:" + proxy.port());
            await().atMost(PATIENCE).until(() -> send(api, "POST", "/api/role/editors") == 200);
            long began = System.nanoTime();
            ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
            try {
                var unused = timer.scheduleAtFixedRate(() -> tick(api), 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
                for (int i = 0; i < SERVERS; i++) {
                    stop(proxy, servers.get(i), ports.get(i));
                    servers.set(i, start(target, ports.get(i)));
                    awaitUp(proxy, servers.get(i), ports.get(i));
                }
            } finally {
                timer.shutdown();
            }
            await().atMost(PATIENCE).until(() -> inFlight.get() == 0);
            long seconds = Duration.ofNanos(System.nanoTime() - began).toSeconds();
            System.err.printf(
                    "Rolling restart of %d servers: %d requests in %d s, %d a second; %d failed%n",
                    SERVERS, sent.get(), seconds, sent.get() / seconds, failed.size());
        } finally {
            // SIGTERM would begin a drain of one minute.
            for (AuthProcess server : servers) {
                server.kill();
            }
        }
        assertThat(failed).isEmpty();
        assertThat(succeeded.get()).isEqualTo(sent.get());
    }

    /**
     * Stops a server when HAProxy has noticed that it is not ready: how long that takes depends on the machine, so that
     * a second signal ends the drain.
     */
    private static void stop(TestHaProxy proxy, AuthProcess server, int port) throws Exception {
        server.terminate();
        await().atMost(PATIENCE).until(() -> !proxy.isUp("s" + port) && proxy.isIdle("s" + port));
        server.terminate();
        assertThat(server.awaitEnd()).isZero();
    }

    private static void awaitUp(TestHaProxy proxy, AuthProcess server, int port) {
        server.awaitStart();
        await().atMost(PATIENCE).until(() -> proxy.isUp("s" + port));
    }

    private AuthProcess start(DatabaseTarget target, int port) throws Exception {
        return AuthProcess.start(
                directory,
                Map.of(),
                "--port=" + port,
                "--drain=" + PATIENCE.toSeconds() + "s",
                "--pool-size=2",
                "--max-overflow=2",
                "--database-url=" + target.jdbcUrl() + "?user=postgres");
    }

    private void tick(URI api) {
        if (inFlight.get() >= MAX_IN_FLIGHT) {
            return;
        }
        int number = sent.incrementAndGet();
        HttpRequest request = number % 3 == 0
                ? request(api, "POST", "/api/membership/user-%d/editors".formatted(number))
                : request(api, "GET", "/api/has_permission/alice/publish");
        inFlight.incrementAndGet();
        var unused = http.sendAsync(request, BodyHandlers.ofString())
                .whenComplete((answer, failure) -> count(answer, failure));
    }

    private void count(HttpResponse<String> answer, Throwable failure) {
        if (failure == null && answer.statusCode() == 200) {
            succeeded.incrementAndGet();
        } else {
            failed.add(failure == null ? answer.statusCode() + " " + answer.body() : failure.toString());
        }
        inFlight.decrementAndGet();
    }

    private int send(URI api, String method, String path) throws Exception {
        return http.send(request(api, method, path), BodyHandlers.ofString()).statusCode();
    }

    private HttpRequest request(URI api, String method, String path) {
        return HttpRequest.newBuilder(api.resolve(path))
                .method(method, BodyPublishers.noBody())
                .header("Authorization", "Bearer " + key)
                .build();
    }
}
