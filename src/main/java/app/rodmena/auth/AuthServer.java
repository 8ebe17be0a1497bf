package app.rodmena.auth;

import app.rodmena.auth.ServerConfig.Database;
import app.rodmena.auth.admin.AdminListener;
import app.rodmena.auth.admin.AdminServerInfo;
import app.rodmena.auth.capacity.BudgetExceededException;
import app.rodmena.auth.capacity.FleetWatch;
import app.rodmena.auth.capacity.PoolSizeAdvisor;
import app.rodmena.auth.database.DatabaseAvailability;
import app.rodmena.auth.database.DatabaseConfig;
import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.database.DatabaseFailure;
import app.rodmena.auth.database.FailureKind;
import app.rodmena.auth.database.SharedResource.Share;
import app.rodmena.auth.diagnosis.Diagnostics;
import app.rodmena.auth.embedded.EmbeddedDatabase;
import app.rodmena.auth.embedded.EmbeddedDatabaseException;
import app.rodmena.auth.events.PoolInterceptor;
import app.rodmena.auth.events.PoolListener;
import app.rodmena.auth.health.Health;
import app.rodmena.auth.http.ApiListener;
import app.rodmena.auth.http.HttpConfig;
import app.rodmena.auth.incidents.BackendActions;
import app.rodmena.auth.incidents.Incidents;
import app.rodmena.auth.jmx.MBeans;
import app.rodmena.auth.jmx.MonitoredEngine;
import app.rodmena.auth.metrics.Metrics;
import app.rodmena.auth.operators.Operators;
import app.rodmena.auth.operators.OperatorsException;
import app.rodmena.auth.pool.PoolSnapshot;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.prometheus.PrometheusExporter;
import app.rodmena.auth.recording.FlightRecorderListener;
import app.rodmena.auth.remote.RemoteAccess;
import app.rodmena.auth.wire.DescriptorLimit;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server, whole: everything it consists of, started in order and closed in reverse. To be embedded like this:
 *
 * <pre>{@code
 * ServerConfig config = ServerConfig.on(DatabaseUrl.parse("postgresql://auth@db/auth"));
 * try (AuthServer server = AuthServer.start(config)) {
 *     URI api = URI.create("http://127.0.0.1:" + server.address().getPort());
 * }
 * }</pre>
 *
 * <p>Whoever wants to hear what happens in its pool, or to have a say in it, builds it like this; or names the class in
 * {@code META-INF/services}, for {@link PoolListener} or {@link PoolInterceptor}, and need not build anything.
 *
 * <pre>{@code
 * AuthServer server = AuthServer.builder(config)
 *         .listener(event -> seen.increment())
 *         .interceptor(candidate -> Optional.empty())
 *         .start();
 * }</pre>
 *
 * <p>Thread-safe. Servers of one JVM share one database engine and what watches it, and so need equal settings of the
 * database, the pool, diagnosis, incidents and the budget; one that starts while the last of the others stops waits for
 * that. They share the pool: a listener of any of them hears, and an interceptor of any of them judges, what all of
 * them do, from that server's start until it is closed. One that is found by its name in {@code META-INF/services} is
 * there once for all of them.
 */
public final class AuthServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AuthServer.class);

    /** How long starting waits for a database that may still come later. */
    private static final Duration FIRST_LOOK = Duration.ofSeconds(5);

    /** How long connections of embedders may still be out when the last request is answered. */
    private static final Duration LAST_CHECKINS = Duration.ofSeconds(2);

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final ServerConfig config;
    private final List<PoolListener> listeners;
    private final List<PoolInterceptor> interceptors;
    private Optional<EmbeddedDatabase> embedded = Optional.empty();
    private DatabaseTarget target;
    private Share<DatabaseEngine> share;
    private DatabaseEngine engine;
    private Metrics metrics;
    private Diagnostics diagnostics;
    private Incidents incidents;
    private FleetWatch fleet;
    private volatile ApiListener api;
    private volatile RemoteAccess remote;
    private volatile Optional<AdminListener> admin = Optional.empty();

    private AuthServer(Builder builder) {
        this.config = builder.config;
        this.listeners = List.copyOf(builder.listeners);
        this.interceptors = List.copyOf(builder.interceptors);
    }

    /** A server to be, with listeners and interceptors. To be used by one thread. */
    public static final class Builder {
        private final ServerConfig config;
        private final List<PoolListener> listeners = new ArrayList<>();
        private final List<PoolInterceptor> interceptors = new ArrayList<>();

        private Builder(ServerConfig config) {
            this.config = Objects.requireNonNull(config, "config");
        }

        /** Adds who hears of everything that happens in the pool, to the last connection's end. */
        public Builder listener(PoolListener listener) {
            listeners.add(Objects.requireNonNull(listener, "listener"));
            return this;
        }

        /** Adds who may veto a checkout. */
        public Builder interceptor(PoolInterceptor interceptor) {
            interceptors.add(Objects.requireNonNull(interceptor, "interceptor"));
            return this;
        }

        /** Starts the server, as {@link AuthServer#start(ServerConfig)} does. */
        public AuthServer start() throws EmbeddedDatabaseException, OperatorsException, IOException {
            AuthServer server = new AuthServer(this);
            try {
                server.start();
                return server;
            } catch (Throwable e) {
                boolean interrupted = Thread.interrupted(); // Closing waits, which an interrupted thread can't.
                server.close();
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
                throw e;
            }
        }
    }

    public static Builder builder(ServerConfig config) {
        return new Builder(config);
    }

    /**
     * Starts a server. When this returns it answers, and its database is ready, or known not to be there yet. If it
     * throws, everything that was started is closed again. An interrupt ends the waiting, and the thread stays
     * interrupted: this throws then, or returns if nothing but the database is still waited for.
     *
     * @throws EmbeddedDatabaseException if the server's own PostgreSQL can't be started; the message tells why
     * @throws DatabaseFailure if the database can't be reached or prepared and {@link ServerConfig#failFast()} is set
     * @throws BudgetExceededException if PostgreSQL has not enough connections for this process beside the others, and
     *     {@link ServerConfig#capacity()} says to refuse
     * @throws OperatorsException if the operators file can't be used
     * @throws IOException if an address to listen on can't be had
     */
    public static AuthServer start(ServerConfig config)
            throws EmbeddedDatabaseException, OperatorsException, IOException {
        return builder(config).start();
    }

    private void start() throws EmbeddedDatabaseException, OperatorsException, IOException {
        FreePorts.require(config);
        Operators operators = config.remote().openOperators();
        parts.push(operators);
        target = target();
        share = DatabaseEngine.open(new DatabaseConfig(target, config.pool(), config.instance()));
        engine = share.get();
        parts.push(this::stopListening); // After the engine is closed, so that they hear of that, too.
        listeners.forEach(engine.events()::add);
        interceptors.forEach(engine.interceptors()::add);
        parts.push(FlightRecorderListener.open(engine));
        parts.push(this::leaveEngine);
        metrics = join(Metrics.open(engine));
        diagnostics = join(Diagnostics.open(
                engine,
                metrics,
                config.instance(),
                config.diagnosis(),
                () -> ShellCommands.of(config, embedded, Optional.ofNullable(remote))));
        incidents = join(Incidents.open(engine, metrics, diagnostics, config.instance(), config.incidents()));
        BackendActions remedies = new BackendActions(engine, config.instance(), config.incidents());
        fleet = join(FleetWatch.open(engine, config.capacity().budget()));
        PoolSizeAdvisor adviser =
                new PoolSizeAdvisor(engine, metrics, fleet, config.capacity().waitTarget());
        PrometheusExporter prometheus = new PrometheusExporter(engine, metrics, diagnostics, incidents, fleet);
        parts.push(prometheus);
        LiveServerInfo facts = new LiveServerInfo(
                config, () -> Optional.ofNullable(api), () -> admin, () -> Optional.ofNullable(remote));
        MonitoredEngine watched =
                new MonitoredEngine(engine, metrics, diagnostics, incidents, remedies, fleet, adviser);
        parts.push(MBeans.register(watched, LogbackLevels.ofThisProcess(), facts));
        Health health = new Health(engine);
        // Before anything is waited for: it is where one looks when that takes long.
        admin = AdminListener.start(
                config.remote(),
                operators,
                new AdminServerInfo(facts.version(), facts.instance(), facts.startedAt()),
                engine,
                metrics,
                prometheus,
                health,
                diagnostics,
                incidents,
                remedies,
                fleet,
                adviser);
        admin.ifPresent(parts::push);
        if (config.failFast()) {
            engine.awaitFirstAttempt();
        }
        fleet.awaitAdmission(FIRST_LOOK);
        api = ApiListener.start(http(), engine, health, this::answered, incidents::idOf);
        IntSupplier inFlight = api::inFlight;
        metrics.requests().addInFlight(inFlight);
        parts.push(() -> metrics.requests().removeInFlight(inFlight));
        parts.push(api);
        parts.push(
                this::leaveEngine); // Whoever still waits for it is told so, while there is a connection to tell it on.
        remote = RemoteAccess.start(config.remote(), operators);
        parts.push(remote);
        engine.awaitFirstAttempt(FIRST_LOOK);
    }

    private HttpConfig http() {
        int wanted = config.http().maxClients();
        int clients = DescriptorLimit.maxClients(
                wanted, config.pool().poolSize() + config.pool().maxOverflow() + 1);
        if (clients < wanted) {
            LOG.warn(
                    "--max-clients: {} instead of {}, because this process may have {} file descriptors (ulimit -n)",
                    clients,
                    wanted,
                    DescriptorLimit.max());
        }
        return config.http().withMaxClients(clients);
    }

    private void answered(String route, int status, Duration took) {
        metrics.requests().record(route, status, took);
        if (status == 500) {
            engine.recentFailures()
                    .record(FailureKind.UNEXPECTED, 1, route + " failed with an error that the log explains");
        }
    }

    private void leaveEngine() {
        boolean answered = api == null || api.drain();
        DatabaseEngine.release(share, answered ? LAST_CHECKINS : Duration.ZERO);
    }

    private <T> T join(Share<T> share) {
        parts.push(share);
        return share.get();
    }

    private void stopListening() {
        listeners.forEach(engine.events()::remove);
        interceptors.forEach(engine.interceptors()::remove);
    }

    /** For commands that are part of this process. */
    DatabaseEngine engine() {
        return engine;
    }

    /** Where its database is, with the login. */
    DatabaseTarget databaseTarget() {
        return target;
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

    /** Where the admin listener really listens, if it does. */
    public Optional<InetSocketAddress> adminAddress() {
        return admin.map(AdminListener::address);
    }

    /** Where Jolokia really listens, if it does. */
    public Optional<InetSocketAddress> jolokiaAddress() {
        return remote.jolokia();
    }

    /** Where remote JMX really listens, if it does. */
    public Optional<InetSocketAddress> jmxAddress() {
        return remote.jmx();
    }

    /** Whether the admin listener, Jolokia and remote JMX speak TLS. */
    public boolean hasTls() {
        return config.remote().keystore().isPresent();
    }

    /** The database in one line for people, without its password. */
    public String database() {
        if (config.database() instanceof Database.External external) {
            return external.url().toString();
        }
        return embedded.map(own ->
                        "PostgreSQL %s of this server's own, on 127.0.0.1:%s".formatted(own.version(), own.port()))
                .orElseThrow();
    }

    /** Whether the database answers; at most 2 s old. */
    public DatabaseAvailability availability() {
        return engine.availability();
    }

    /** The pool's numbers, all of the same instant. */
    public PoolSnapshot poolStatus() {
        return engine.snapshot();
    }

    /** The process's numbers over time, under the names that the package's description lists. */
    public Metrics metrics() {
        return metrics;
    }

    /** Why the pool is as it is, whenever somebody wants to know. */
    public Diagnostics diagnostics() {
        return diagnostics;
    }

    /** All processes like this one on its PostgreSQL, and whether they fit. */
    public FleetWatch fleet() {
        return fleet;
    }

    /** What was the matter, since start and before. */
    public Incidents incidents() {
        return incidents;
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
            } catch (Throwable e) { // The next server of this JVM waits for the rest to be closed.
                LOG.error("A part of the server could not be closed; the others are", e);
            }
        }
    }
}
