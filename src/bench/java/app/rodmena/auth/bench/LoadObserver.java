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
 * Observes a contender under load: its connections to the database, its memory, and the correctness of its answers, by
 * additional checks.
 */
final class LoadObserver implements AutoCloseable {
    private static final long PAUSE_MILLIS = 50;
    private static final Duration RESPONSE_TIMEOUT = Duration.ofSeconds(10);
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
    private volatile BenchException failure;

    /**
     * Starts the observation.
     *
     * @param applicationName the application_name of its connections, as a LIKE pattern
     */
    LoadObserver(Database database, String applicationName, Optional<Server> server, Dataset data) throws SQLException {
        this.database = database.connect();
        this.applicationName = applicationName;
        this.server = server.map(Server::address);
        this.pid = server.map(process -> OptionalLong.of(process.pid())).orElse(OptionalLong.empty());
        this.data = data;
        thread = new Thread(this::watch, "witness");
        thread.start();
    }

    /** The maximum number of connections. */
    int connections() {
        return connections;
    }

    /** The maximum memory; zero without a server. */
    long residentBytes() {
        return residentBytes;
    }

    /** The number of additional checks that were not answered with 200. */
    int unanswered() {
        return unanswered;
    }

    /**
     * Ends the observation.
     *
     * @throws BenchException if an answer was wrong, or the observation failed
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
                pid.ifPresent(process -> residentBytes = Math.max(residentBytes, ProcFs.residentBytes(process)));
                if (server.isPresent()) {
                    verify(server.get(), data.randomQuery());
                }
                Thread.sleep(PAUSE_MILLIS);
            } while (!done);
        } catch (SQLException | InterruptedException e) {
            failure = new BenchException("the observation failed: " + e.getMessage());
        } catch (BenchException e) {
            failure = e;
        }
    }

    private void verify(URI address, Dataset.PermissionQuery query) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(address.resolve(query.path()))
                .header("Authorization", "Bearer " + query.key())
                .timeout(RESPONSE_TIMEOUT)
                .build();
        try {
            HttpResponse<String> response = HTTP.send(request, BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                unanswered++;
            } else if (!response.body().contains("\"has_permission\":" + query.expected())) {
                throw new BenchException("a wrong answer to %s: %s".formatted(query.path(), response.body()));
            }
        } catch (IOException e) {
            unanswered++;
        }
    }
}
