package app.rodmena.auth.testing;

import static org.awaitility.Awaitility.await;

import app.rodmena.auth.AuthServer;
import app.rodmena.auth.ServerConfig;
import app.rodmena.auth.ServerConfig.Database;
import app.rodmena.auth.api.HttpConfig;
import app.rodmena.auth.capacity.CapacityConfig;
import app.rodmena.auth.diagnosis.DiagnosisConfig;
import app.rodmena.auth.diagnosis.incident.IncidentsConfig;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.postgres.DatabaseUrl;
import app.rodmena.auth.security.RemoteConfig;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.UUID;

/** A whole server on a database of its own, with a client key. */
public final class TestServer implements AutoCloseable {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    public final DatabaseTarget target;
    public final AuthServer server;
    private final String key = UUID.randomUUID().toString();

    private TestServer(DatabaseTarget target, RemoteConfig remote) throws Exception {
        this.target = target;
        this.server = ready(AuthServer.start(config(target).withRemote(remote)));
    }

    /** Waits until the tables exist: on a loaded machine, a server starts before its first look at them has ended. */
    public static AuthServer ready(AuthServer server) {
        await().atMost(Duration.ofMinutes(1)).until(() -> server.availability().ready());
        return server;
    }

    public static TestServer start() throws Exception {
        return new TestServer(MigratedDatabase.fresh(), RemoteConfig.off());
    }

    /** Starts a server on this database. */
    public static TestServer on(DatabaseTarget target) throws Exception {
        return new TestServer(target, RemoteConfig.off());
    }

    /** Starts a server with an admin listener, without operators. */
    public static TestServer withAdmin() throws Exception {
        RemoteConfig adminOnly =
                RemoteConfig.off().withPorts(OptionalInt.of(0), OptionalInt.empty(), OptionalInt.empty());
        return new TestServer(MigratedDatabase.fresh(), adminOnly);
    }

    /** Starts another server in this JVM, which shares the engine. */
    public TestServer another() throws Exception {
        return new TestServer(target, RemoteConfig.off());
    }

    public static ServerConfig config(DatabaseTarget target) {
        String url = target.jdbcUrl().replace("jdbc:postgresql://", "postgresql://" + target.user() + "@");
        return new ServerConfig(
                new Database.External(DatabaseUrl.parse(url)),
                PoolSettings.DEFAULT,
                CapacityConfig.DEFAULT,
                HttpConfig.DEFAULT.withAddress("127.0.0.1", 0),
                RemoteConfig.off(),
                DiagnosisConfig.DEFAULT,
                IncidentsConfig.DEFAULT,
                "test",
                true);
    }

    /** Sends a GET request with the client key; returns the status. */
    public int get(String path) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + server.address().getPort() + path);
        HttpRequest request = HttpRequest.newBuilder(uri)
                .header("Authorization", "Bearer " + key)
                .build();
        return HTTP.send(request, BodyHandlers.ofString()).statusCode();
    }

    /** The admin listener's address. */
    public String admin() {
        return "http://127.0.0.1:" + server.adminAddress().orElseThrow().getPort();
    }

    @Override
    public void close() {
        server.close();
    }
}
