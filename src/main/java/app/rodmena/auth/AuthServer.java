package app.rodmena.auth;

import app.rodmena.auth.ServerConfig.Database;
import app.rodmena.auth.database.Availability;
import app.rodmena.auth.database.DatabaseConfig;
import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.database.DatabaseFailure;
import app.rodmena.auth.embedded.EmbeddedDatabase;
import app.rodmena.auth.embedded.EmbeddedDatabaseException;
import app.rodmena.auth.health.Health;
import app.rodmena.auth.http.ApiListener;
import app.rodmena.auth.operators.OperatorsException;
import app.rodmena.auth.pool.PoolSnapshot;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.remote.RemoteAccess;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server, whole: everything it consists of, started in order and closed in reverse. To be embedded like this:
 *
 * <pre>{@code
 * try (AuthServer server = AuthServer.start(config)) {
 *     URI api = URI.create("http://127.0.0.1:" + server.address().getPort());
 * }
 * }</pre>
 *
 * <p>Thread-safe. Servers of one JVM share one database engine and so need equal database and pool settings.
 */
public final class AuthServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AuthServer.class);

    /** How long starting waits for a database that may still come later. */
    private static final Duration FIRST_LOOK = Duration.ofSeconds(5);

    /** How long connections may still be out when the last request is answered. */
    private static final Duration LAST_CHECKINS = Duration.ofSeconds(5);

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final ServerConfig config;
    private Optional<EmbeddedDatabase> embedded = Optional.empty();
    private DatabaseEngine engine;
    private ApiListener api;
    private RemoteAccess remote;

    private AuthServer(ServerConfig config) {
        this.config = config;
    }

    /**
     * Starts a server. When this returns it answers, and its database is ready, or known not to be there yet.
     *
     * @throws EmbeddedDatabaseException if the server's own PostgreSQL can't be started; the message tells why
     * @throws DatabaseFailure if the database can't be reached or prepared and {@link ServerConfig#failFast()} is set
     * @throws OperatorsException if the operators file can't be used
     * @throws IOException if an address to listen on can't be had
     */
    public static AuthServer start(ServerConfig config)
            throws EmbeddedDatabaseException, OperatorsException, IOException {
        AuthServer server = new AuthServer(config);
        try {
            server.start();
            return server;
        } catch (EmbeddedDatabaseException | OperatorsException | IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private void start() throws EmbeddedDatabaseException, OperatorsException, IOException {
        engine = DatabaseEngine.open(new DatabaseConfig(target(), config.pool(), config.instance()));
        parts.push(() -> engine.close(LAST_CHECKINS));
        if (config.failFast()) {
            engine.awaitFirstAttempt();
        }
        api = ApiListener.start(config.http(), engine, new Health(engine));
        parts.push(api);
        remote = RemoteAccess.start(config.remote());
        parts.push(remote);
        engine.awaitFirstAttempt(FIRST_LOOK);
    }

    private DatabaseTarget target() throws EmbeddedDatabaseException {
        if (config.database() instanceof Database.External external) {
            return external.url().target();
        }
        Database.Embedded own = (Database.Embedded) config.database();
        EmbeddedDatabase database = EmbeddedDatabase.start(own.config());
        parts.push(database);
        embedded = Optional.of(database);
        return database.target();
    }

    /** Where the API really listens. */
    public InetSocketAddress address() {
        return api.address();
    }

    /** Where Jolokia really listens, if it does. */
    public Optional<InetSocketAddress> jolokiaAddress() {
        return remote.jolokia();
    }

    /** Where remote JMX really listens, if it does. */
    public Optional<InetSocketAddress> jmxAddress() {
        return remote.jmx();
    }

    /** Whether Jolokia and remote JMX speak TLS. */
    public boolean hasTls() {
        return config.remote().keystore().isPresent();
    }

    /** The database in one line for people, without its password. */
    public String database() {
        if (config.database() instanceof Database.External external) {
            return external.url().toString();
        }
        return embedded.map(own ->
                        "PostgreSQL %s of this server's own, on 127.0.0.1:%d".formatted(own.version(), own.port()))
                .orElseThrow();
    }

    /** Whether the database answers; at most 2 s old. */
    public Availability availability() {
        return engine.availability();
    }

    /** The pool's numbers, all of the same instant. */
    public PoolSnapshot poolStatus() {
        return engine.snapshot();
    }

    /** A command that opens the database in psql, where this server can know one that works. */
    public Optional<String> psql() {
        return embedded.map(EmbeddedDatabase::psqlCommand);
    }

    /**
     * Stops accepting, answers what is in flight for up to {@code shutdownGrace}, returns every connection, closes the
     * pool, stops the server's own PostgreSQL. Closing again does nothing.
     */
    @Override
    public synchronized void close() {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                LOG.error("A part of the server could not be closed; the others are", e);
            }
        }
    }
}
