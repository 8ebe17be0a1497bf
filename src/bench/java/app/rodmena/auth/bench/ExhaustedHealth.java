package app.rodmena.auth.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Measures /health while all connections are checked out and many callers wait for one, because of a table lock. */
final class ExhaustedHealth {
    private static final int CALLERS = 100;
    private static final int HEALTH_CLIENTS = 4;
    private static final Duration MAX_WAIT = Duration.ofSeconds(10);

    /** Below statement_timeout, which would release the connections. */
    private static final Duration MAX_DURATION = Duration.ofSeconds(20);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Server server;
    private final Dataset data;

    ExhaustedHealth(Server server, Dataset data) {
        this.server = server;
        this.data = data;
    }

    /** The result of {@code /health} while no other request was answered. */
    LoadOutcome health(Database database, Wrk wrk, Duration time)
            throws IOException, InterruptedException, SQLException {
        List<CompletableFuture<HttpResponse<String>>> callers = new ArrayList<>();
        LoadOutcome outcome;
        try (Connection lock = database.connect()) {
            lock.setAutoCommit(false);
            lock.createStatement().execute("lock table auth_group in access exclusive mode");
            for (int i = 0; i < CALLERS; i++) {
                callers.add(http.sendAsync(write(i), BodyHandlers.ofString()));
            }
            awaitExhaustion();
            outcome = wrk.get(
                    server.address(),
                    "/health",
                    HEALTH_CLIENTS,
                    time.compareTo(MAX_DURATION) < 0 ? time : MAX_DURATION);
            requireExhaustion();
        }
        for (CompletableFuture<HttpResponse<String>> caller : callers) {
            if (caller.join().statusCode() != 200) {
                throw new BenchException("a request that waited for the lock got "
                        + caller.join().body());
            }
        }
        return outcome;
    }

    /** A write, because each takes a connection of its own. */
    private HttpRequest write(int number) {
        URI uri = server.address().resolve("/api/membership/1/role" + number % 2);
        return HttpRequest.newBuilder(uri)
                .header(
                        "Authorization",
                        "Bearer " + data.keys().get(number % data.keys().size()))
                .POST(BodyPublishers.noBody())
                .build();
    }

    private void awaitExhaustion() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + MAX_WAIT.toNanos();
        while (!isExhausted()) {
            if (System.nanoTime() > deadline) {
                throw new BenchException("the pool could not be exhausted");
            }
            Thread.sleep(20);
        }
    }

    private void requireExhaustion() throws IOException, InterruptedException {
        if (!isExhausted()) {
            throw new BenchException("the pool did not stay exhausted");
        }
    }

    private boolean isExhausted() throws IOException, InterruptedException {
        HttpRequest health =
                HttpRequest.newBuilder(server.address().resolve("/health")).build();
        return http.send(health, BodyHandlers.ofString()).body().contains("\"checked_out\":10,");
    }
}
