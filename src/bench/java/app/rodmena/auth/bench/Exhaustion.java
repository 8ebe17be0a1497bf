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

/** How a server tells of its health while all its connections are out and many wait: a lock is held that all need. */
final class Exhaustion {
    private static final int CALLERS = 100;
    private static final int ASKING_FOR_HEALTH = 4;
    private static final Duration MOST_WAIT = Duration.ofSeconds(10);

    /** Below statement_timeout, which would end what holds the connections. */
    private static final Duration LONGEST = Duration.ofSeconds(20);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Server server;
    private final Dataset data;

    Exhaustion(Server server, Dataset data) {
        this.server = server;
        this.data = data;
    }

    /** What {@code /health} was answered with while nobody else was answered at all. */
    Outcome health(Database database, Wrk wrk, Duration time) throws IOException, InterruptedException, SQLException {
        List<CompletableFuture<HttpResponse<String>>> callers = new ArrayList<>();
        Outcome outcome;
        try (Connection lock = database.connect()) {
            lock.setAutoCommit(false);
            lock.createStatement().execute("lock table auth_group in access exclusive mode");
            for (int i = 0; i < CALLERS; i++) {
                callers.add(http.sendAsync(write(i), BodyHandlers.ofString()));
            }
            awaitExhaustion();
            outcome = wrk.get(
                    server.address(), "/health", ASKING_FOR_HEALTH, time.compareTo(LONGEST) < 0 ? time : LONGEST);
            requireExhaustion();
        }
        for (CompletableFuture<HttpResponse<String>> caller : callers) {
            if (caller.join().statusCode() != 200) {
                throw new Failed("who waited for a lock got " + caller.join().body());
            }
        }
        return outcome;
    }

    /** A write: each takes a connection of its own. */
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
        long deadline = System.nanoTime() + MOST_WAIT.toNanos();
        while (!isExhausted()) {
            if (System.nanoTime() > deadline) {
                throw new Failed("the pool could not be exhausted");
            }
            Thread.sleep(20);
        }
    }

    private void requireExhaustion() throws IOException, InterruptedException {
        if (!isExhausted()) {
            throw new Failed("the pool did not stay exhausted");
        }
    }

    private boolean isExhausted() throws IOException, InterruptedException {
        HttpRequest health =
                HttpRequest.newBuilder(server.address().resolve("/health")).build();
        return http.send(health, BodyHandlers.ofString()).body().contains("\"checked_out\":10,");
    }
}
