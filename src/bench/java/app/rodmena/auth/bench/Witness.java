package app.rodmena.auth.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Watches a contender while it is under load: how many connections to the database it has, how much memory, and whether
 * its answers are right, by questions of its own among the others.
 */
final class Witness implements AutoCloseable {
    private static final long PAUSE_MILLIS = 50;
    private static final Duration MOST_WAIT = Duration.ofSeconds(10);
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final Connection database;
    private final String applicationName;
    private final Optional<URI> server;
    private final OptionalLong pid;
    private final Dataset data;
    private final Thread thread;
    private volatile boolean done;
    private volatile int connections;
    private volatile long residentBytes;
    private volatile int unanswered;
    private volatile Failed failure;

    /**
     * Begins to watch.
     *
     * @param applicationName of its connections, as a pattern of LIKE
     */
    Witness(Database database, String applicationName, Optional<Server> server, Dataset data) throws SQLException {
        this.database = database.connect();
        this.applicationName = applicationName;
        this.server = server.map(Server::address);
        this.pid = server.map(process -> OptionalLong.of(process.pid())).orElse(OptionalLong.empty());
        this.data = data;
        thread = new Thread(this::watch, "witness");
        thread.start();
    }

    /** The most that there were. */
    int connections() {
        return connections;
    }

    /** The most there was; zero without a server. */
    long residentBytes() {
        return residentBytes;
    }

    /** How many of its own questions were not answered with 200. */
    int unanswered() {
        return unanswered;
    }

    /**
     * Ends it.
     *
     * @throws Failed if an answer was wrong
     */
    @Override
    public void close() throws InterruptedException, SQLException {
        done = true;
        thread.join();
        database.close();
        if (failure != null) {
            throw failure;
        }
    }

    private void watch() {
        try (PreparedStatement count = database.prepareStatement("""
                select count(*)::int from pg_stat_activity where application_name like ?
                """)) {
            count.setString(1, applicationName);
            do {
                try (var rows = count.executeQuery()) {
                    rows.next();
                    connections = Math.max(connections, rows.getInt(1));
                }
                pid.ifPresent(process -> residentBytes = Math.max(residentBytes, Proc.residentBytes(process)));
                if (server.isPresent()) {
                    ask(server.get(), data.question());
                }
                Thread.sleep(PAUSE_MILLIS);
            } while (!done);
        } catch (SQLException | InterruptedException e) {
            failure = new Failed("watching failed: " + e.getMessage());
        } catch (Failed e) {
            failure = e;
        }
    }

    private void ask(URI address, Dataset.Question question) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(address.resolve(question.path()))
                .header("Authorization", "Bearer " + question.key())
                .timeout(MOST_WAIT)
                .build();
        try {
            HttpResponse<String> response = HTTP.send(request, BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                unanswered++;
            } else if (!response.body().contains("\"has_permission\":" + question.expected())) {
                throw new Failed("a wrong answer to %s: %s".formatted(question.path(), response.body()));
            }
        } catch (IOException e) {
            unanswered++;
        }
    }
}
