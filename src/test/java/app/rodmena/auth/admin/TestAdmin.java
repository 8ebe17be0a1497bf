package app.rodmena.auth.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import app.rodmena.auth.AuthServer;
import app.rodmena.auth.ServerConfig;
import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.security.Keystore;
import app.rodmena.auth.security.OperatorRole;
import app.rodmena.auth.security.OperatorsFile;
import app.rodmena.auth.security.RemoteConfig;
import app.rodmena.auth.testing.MigratedDatabase;
import app.rodmena.auth.testing.TestKeystore;
import app.rodmena.auth.testing.TestOperators;
import app.rodmena.auth.testing.TestServer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** A server with its admin listener on its own database, and an HTTP client for both ports. */
final class TestAdmin implements AutoCloseable {
    static final String CONTROL = "alice";
    static final String MONITOR = "bob";

    private static final RemoteConfig ADMIN_ONLY =
            RemoteConfig.off().withPorts(OptionalInt.of(0), OptionalInt.empty(), OptionalInt.empty());

    final DatabaseTarget target;
    final AuthServer server;
    private final HttpClient http = HttpClient.newHttpClient();
    private final String key = UUID.randomUUID().toString();

    private TestAdmin(RemoteConfig remote, PoolSettings pool) throws Exception {
        target = MigratedDatabase.fresh();
        ServerConfig config = TestServer.config(target).withRemote(remote).withPool(pool);
        server = AuthServer.start(config);
    }

    /** Without operators. */
    static TestAdmin anonymous(PoolSettings pool) throws Exception {
        return new TestAdmin(ADMIN_ONLY, pool);
    }

    /** With an operator of each role. */
    static TestAdmin withOperators(Path directory) throws Exception {
        return new TestAdmin(ADMIN_ONLY.withOperators(operators(directory)), PoolSettings.DEFAULT);
    }

    /** With an operator of each role, and TLS. */
    static TestAdmin withTls(Path directory, TestKeystore key) throws Exception {
        return new TestAdmin(
                ADMIN_ONLY.withOperators(operators(directory)).withKeystore(Keystore.open(key.file, key::password)),
                PoolSettings.DEFAULT);
    }

    private static OperatorsFile operators(Path directory) throws Exception {
        TestOperators.add(directory, CONTROL, OperatorRole.CONTROL, password(CONTROL));
        return TestOperators.add(directory, MONITOR, OperatorRole.MONITOR, password(MONITOR));
    }

    static String password(String name) {
        return "the password of " + name;
    }

    static String basic(String name, String password) {
        return "Basic " + Base64.getEncoder().encodeToString((name + ":" + password).getBytes(UTF_8));
    }

    DatabaseEngine engine() {
        return server.engine();
    }

    int port() {
        return server.adminAddress().orElseThrow().getPort();
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
                .timeout(Duration.ofSeconds(20));
    }

    HttpRequest.Builder request(String operator, String path) {
        return request(path).header("Authorization", basic(operator, password(operator)));
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return http.send(request.build(), BodyHandlers.ofString());
    }

    HttpResponse<String> get(String path) throws Exception {
        return send(request(path));
    }

    HttpResponse<String> post(String operator, String path, String json) throws Exception {
        return send(request(operator, path)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(json)));
    }

    JsonNode json(String path) throws Exception {
        return json(get(path));
    }

    static JsonNode json(HttpResponse<String> response) throws Exception {
        return JsonMapper.builder().build().readTree(response.body());
    }

    /** Sends a GET request to the API; never blocks. */
    CompletableFuture<HttpResponse<String>> api(String path) {
        return api("GET", path);
    }

    /** Sends a request to the API; never blocks. */
    CompletableFuture<HttpResponse<String>> api(String method, String path, String... headers) {
        URI uri = URI.create("http://127.0.0.1:" + server.address().getPort() + path);
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .method(method, BodyPublishers.noBody())
                .header("Authorization", "Bearer " + key);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.sendAsync(request.build(), BodyHandlers.ofString());
    }

    @Override
    public void close() {
        server.close();
    }
}
