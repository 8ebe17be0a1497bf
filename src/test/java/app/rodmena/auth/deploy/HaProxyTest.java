package app.rodmena.auth.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.testing.AuthProcess;
import app.rodmena.auth.testing.MigratedDatabase;
import app.rodmena.auth.testing.Program;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The configuration of HAProxy: a restart or a pause of a server behind it fails no request. */
class HaProxyTest {
    private static final Path CONFIGURATION =
            Path.of("src/deploy/haproxy/haproxy.cfg").toAbsolutePath();
    private static final int CLIENTS = 4;
    private static final int PAUSE_MILLIS = 40;

    private final HttpClient http = HttpClient.newHttpClient();
    private final String key = UUID.randomUUID().toString();
    private final DatabaseTarget database = MigratedDatabase.fresh();
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<String> answers = new ConcurrentLinkedQueue<>();
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(CLIENTS);

    private final List<AuthProcess> running = new ArrayList<>();
    private final int port = Program.freePort();
    // The third server is never there.
    private final int[] servers = {Program.freePort(), Program.freePort(), Program.freePort()};

    @TempDir
    Path directory;

    HaProxyTest() throws IOException {}

    @AfterEach
    void stop() throws Exception {
        timer.shutdownNow();
        // SIGTERM would begin a drain.
        for (AuthProcess server : running) {
            server.kill();
        }
    }

    @Test
    void aRollingRestartFailsNoRequest() throws Exception {
        try (Program proxy = startProxy()) {
            running.add(start(servers[0]));
            running.add(start(servers[1]));
            awaitUp(proxy, "auth1", 1);
            awaitUp(proxy, "auth2", 1);
            List<ScheduledFuture<?>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                Client client = new Client("http://127.0.0.1:" + port, "client-" + i);
                clients.add(timer.scheduleWithFixedDelay(client::request, 0, PAUSE_MILLIS, TimeUnit.MILLISECONDS));
            }
            awaitAnswers();
            for (int i = 0; i < running.size(); i++) {
                running.get(i).terminate();
                assertThat(running.get(i).awaitEnd()).isZero();
                running.set(i, start(servers[i]));
                awaitUp(proxy, "auth%d".formatted(i + 1), 2);
                awaitAnswers();
            }
            clients.forEach(client -> client.cancel(false));
            timer.shutdown();
            assertThat(timer.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
            assertThat(failures).as(proxy::output).isEmpty();
        }
    }

    @Test
    void aServerThatIsSlowForASecondStaysUp() throws Exception {
        try (Program proxy = startProxy()) {
            running.add(start(servers[0]));
            awaitUp(proxy, "auth1", 1);

            running.get(0).signal("STOP");
            // Longer than two intervals of the check, shorter than its timeout.
            TimeUnit.MILLISECONDS.sleep(1_200);
            running.get(0).signal("CONT");
            request("GET", "http://127.0.0.1:" + port + "/api/roles");

            assertThat(failures).as(proxy::output).isEmpty();
            // Once, before it was started.
            assertThat(logged(proxy, "auth1 is DOWN")).as(proxy::output).isEqualTo(1);
        }
    }

    /** Starts HAProxy and waits until it has found that no server is there. */
    private Program startProxy() throws IOException {
        Map<String, String> environment = Map.of(
                "AUTH_LISTEN", "127.0.0.1:" + port,
                "AUTH_1", "127.0.0.1:" + servers[0],
                "AUTH_2", "127.0.0.1:" + servers[1],
                "AUTH_3", "127.0.0.1:" + servers[2]);
        String haproxy = Program.installed("/usr/sbin/haproxy", "haproxy");
        Program proxy = Program.start(directory, environment, List.of(haproxy, "-db", "-f", CONFIGURATION.toString()));
        try {
            await().untilAsserted(() -> {
                for (int i = 1; i <= servers.length; i++) {
                    assertThat(logged(proxy, "auth%d is DOWN".formatted(i))).isEqualTo(1);
                }
            });
            return proxy;
        } catch (Throwable e) {
            proxy.close();
            throw e;
        }
    }

    private AuthProcess start(int port) throws IOException {
        return AuthProcess.start(
                        directory,
                        Map.of(),
                        "--port=" + port,
                        "--drain=2s",
                        "--database-url=" + database.jdbcUrl() + "?user=" + database.user())
                .awaitStart();
    }

    /** Waits until HAProxy has found the server ready this many times. */
    private static void awaitUp(Program proxy, String server, int times) {
        await().untilAsserted(() -> assertThat(logged(proxy, server + " is UP")).isGreaterThanOrEqualTo(times));
    }

    /** The number of changes of this kind in HAProxy's log; each is on stderr, too, after {@code [WARNING]}. */
    private static long logged(Program proxy, String change) {
        return proxy.output()
                .lines()
                .filter(line -> line.startsWith("Server auth/" + change))
                .count();
    }

    private void awaitAnswers() {
        int before = answers.size();
        await().untilAsserted(() -> {
            assertThat(failures).isEmpty();
            assertThat(answers).hasSizeGreaterThan(before + 50);
        });
    }

    /** Sends requests one after the other: a write, then a read. */
    private final class Client {
        private final String url;
        private final String name;
        private int sent;

        Client(String url, String name) {
            this.url = url;
            this.name = name;
        }

        void request() {
            int number = sent++;
            if (number % 2 == 0) {
                HaProxyTest.this.request("POST", url + "/api/role/" + name + "-" + number % 20);
            } else {
                HaProxyTest.this.request("GET", url + "/api/roles");
            }
        }
    }

    private void request(String method, String uri) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(uri))
                .method(method, BodyPublishers.noBody())
                .header("Authorization", "Bearer " + key)
                .build();
        try {
            HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
            (response.statusCode() == 200 ? answers : failures).add(method + " " + response.statusCode());
        } catch (IOException | RuntimeException e) {
            failures.add(method + " " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
