package app.rodmena.auth.api;

import app.rodmena.auth.api.Routes.Endpoint;
import app.rodmena.auth.database.DatabaseConfig;
import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.database.DatabaseFailure;
import app.rodmena.auth.http.ResponseBudget;
import app.rodmena.auth.http.Router;
import app.rodmena.auth.metrics.health.Health;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.testing.MigratedDatabase;
import app.rodmena.auth.testing.RawClient;
import app.rodmena.auth.testing.ReadyEngine;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * The API on a free port, and an HTTP client with a key. All instances of a process share one engine; their keys
 * separate them.
 */
final class TestApi implements AutoCloseable {
    static final HttpConfig CONFIG = HttpConfig.DEFAULT.withAddress("127.0.0.1", 0);

    private static final DatabaseTarget TARGET = MigratedDatabase.fresh();

    final DatabaseTarget target = TARGET;
    final DatabaseEngine engine = ReadyEngine.open(new DatabaseConfig(TARGET, PoolSettings.DEFAULT, "http-test"));
    final Health health = new Health(engine);
    final String key = UUID.randomUUID().toString();
    final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();
    final ApiListener listener;
    ResponseBudget budget;

    TestApi() throws IOException {
        this(CONFIG);
    }

    TestApi(HttpConfig config) throws IOException {
        this(config, (route, status, took) -> {});
    }

    TestApi(HttpConfig config, RequestListener requests) throws IOException {
        listener = ApiListener.start(config, engine, health, requests);
    }

    /** Limits of responses to slow clients. */
    record Limits(Duration readTimeout, long responseBytes) {}

    TestApi(Limits limits, RequestListener requests) throws IOException {
        budget = new ResponseBudget(limits.responseBytes);
        listener = new ApiListener(
                CONFIG.with(draft -> {
                    draft.readTimeout = limits.readTimeout;
                    draft.idleTimeout = CONFIG.idleTimeout();
                    draft.shutdownGrace = CONFIG.shutdownGrace();
                }),
                engine,
                health,
                requests,
                budget,
                streams -> Routes.of(engine, health, streams));
    }

    /** With the test's own routes, for results that no service returns on demand. */
    TestApi(HttpConfig config, Router<Endpoint> routes) throws IOException {
        this(config, routes, (route, status, took) -> {});
    }

    TestApi(HttpConfig config, Router<Endpoint> routes, RequestListener requests) throws IOException {
        budget = ResponseBudget.ofHeap(8);
        listener = new ApiListener(config, engine, health, requests, budget, streams -> routes);
    }

    RawClient raw() throws IOException {
        return new RawClient(listener.port());
    }

    String bearer() {
        return "Authorization: Bearer " + key;
    }

    HttpRequest.Builder request(String method, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + listener.port() + path))
                .timeout(Duration.ofSeconds(30))
                .method(method, BodyPublishers.noBody());
    }

    /** With the key. */
    HttpResponse<String> send(String method, String path) throws IOException, InterruptedException {
        return client.send(
                request(method, path).header("Authorization", "Bearer " + key).build(), BodyHandlers.ofString());
    }

    /** With the key, without waiting. */
    CompletableFuture<HttpResponse<String>> sendAsync(String method, String path) {
        return client.sendAsync(
                request(method, path).header("Authorization", "Bearer " + key).build(), BodyHandlers.ofString());
    }

    /** Without a key. */
    HttpResponse<String> sendWithoutKey(String method, String path) throws IOException, InterruptedException {
        return client.send(request(method, path).build(), BodyHandlers.ofString());
    }

    /** The body with its timestamp and the request's id replaced, if they have the documented format. */
    static String withoutTimestamp(String body) {
        return body.replaceFirst("\"request_id\":\"[0-9a-z]{8}-[0-9a-z]+\"", "\"request_id\":\"R\"")
                .replaceFirst(
                        "\"timestamp\":\"\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}\"}$",
                        "\"timestamp\":\"T\"}");
    }

    static String error(int code, String message) {
        return error(code, message, "{}");
    }

    /** The body of the response to a database failure. */
    static String databaseFailure(DatabaseFailure.Reason reason, String message) {
        return error(503, message, "{\"reason\":\"%s\",\"request_id\":\"R\"}".formatted(reason));
    }

    private static String error(int code, String message, String details) {
        return "{\"success\":false,\"code\":%d,\"message\":\"%s\",\"details\":%s,\"timestamp\":\"T\"}"
                .formatted(code, message, details);
    }

    @Override
    public void close() {
        listener.close();
        engine.close();
    }
}
