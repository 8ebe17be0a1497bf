package app.rodmena.auth;

import app.rodmena.auth.ServerConfig.Database;
import app.rodmena.auth.admin.AdminListener;
import app.rodmena.auth.api.ApiListener;
import app.rodmena.auth.api.HttpConfig;
import app.rodmena.auth.capacity.BudgetExceededException;
import app.rodmena.auth.capacity.FleetWatch;
import app.rodmena.auth.core.Core;
import app.rodmena.auth.core.ServerInfo;
import app.rodmena.auth.database.DatabaseAvailability;
import app.rodmena.auth.database.DatabaseConfig;
import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.database.DatabaseFailure;
import app.rodmena.auth.database.FailureKind;
import app.rodmena.auth.diagnosis.Commands;
import app.rodmena.auth.diagnosis.Diagnostics;
import app.rodmena.auth.diagnosis.incident.Incidents;
import app.rodmena.auth.http.DescriptorLimit;
import app.rodmena.auth.http.ListenerAddress;
import app.rodmena.auth.http.ListenerAddress.PortReservation;
import app.rodmena.auth.jmx.MBeans;
import app.rodmena.auth.jmx.remote.JolokiaAgent;
import app.rodmena.auth.jmx.remote.RemoteJmx;
import app.rodmena.auth.metrics.Metrics;
import app.rodmena.auth.metrics.health.Health;
import app.rodmena.auth.metrics.prometheus.PrometheusExporter;
import app.rodmena.auth.pool.PoolSnapshot;
import app.rodmena.auth.pool.event.PoolInterceptor;
import app.rodmena.auth.pool.event.PoolListener;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.postgres.embedded.EmbeddedDatabase;
import app.rodmena.auth.postgres.embedded.EmbeddedDatabaseException;
import app.rodmena.auth.security.Operators;
import app.rodmena.auth.security.OperatorsException;
import app.rodmena.auth.security.RemoteConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The whole server: starts its components in order and closes them in reverse order. To embed it:
 *
 * <pre>{@code
 * ServerConfig config = ServerConfig.on(DatabaseUrl.parse("postgresql://auth@db/auth"));
 * try (AuthServer server = AuthServer.start(config)) {
 *     URI api = URI.create("http://127.0.0.1:" + server.address().getPort());
 * }
 * }</pre>
 *
 * <p>To add pool listeners and interceptors, use the builder, or name a class in {@code META-INF/services} for
 * {@link PoolListener} or {@link PoolInterceptor}, which needs no builder:
 *
 * <pre>{@code
 * AuthServer server = AuthServer.builder(config)
 *         .listener(event -> seen.increment())
 *         .interceptor(candidate -> Optional.empty())
 *         .start();
 * }</pre>
 *
 * <p>Thread-safe. The servers of one JVM share one database engine and its monitoring. They therefore need equal
 * settings of the database, the pool, diagnosis, incidents and capacity. A server that starts while the last of the
 * others stops waits until that is closed. The servers also share the pool: from its server's start until its close, a
 * listener receives the events, and an interceptor judges the checkouts, of all servers in the JVM. A class named in
 * {@code META-INF/services} has one instance for all of them.
 */
public final class AuthServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AuthServer.class);

    /** How long the start waits for admission by the connection budget, and then again for the database. */
    private static final Duration FIRST_LOOK = Duration.ofSeconds(5);

    /** How long connections may stay checked out by embedding code after the last request is answered. */
    private static final Duration LAST_CHECKINS = Duration.ofSeconds(2);

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final ServerConfig config;
    private final List<PoolListener> listeners;
    private final List<PoolInterceptor> interceptors;
    private Optional<EmbeddedDatabase> embedded = Optional.empty();
    private DatabaseTarget target;
    private Core.Share share;
    private Core core;
    private volatile ApiListener api;
    private volatile Optional<JolokiaAgent> jolokia = Optional.empty();
    private volatile Optional<RemoteJmx> jmx = Optional.empty();
    private volatile Optional<AdminListener> admin = Optional.empty();

    private AuthServer(Builder builder) {
        this.config = builder.config;
        this.listeners = List.copyOf(builder.listeners);
        this.interceptors = List.copyOf(builder.interceptors);
    }

    /** Builds a server with listeners and interceptors. Not thread-safe. */
    public static final class Builder {
        private final ServerConfig config;
        private final List<PoolListener> listeners = new ArrayList<>();
        private final List<PoolInterceptor> interceptors = new ArrayList<>();

        private Builder(ServerConfig config) {
            this.config = Objects.requireNonNull(config, "config");
        }

        /** Adds a listener; it receives every event of the pool, until the last connection is closed. */
        public Builder listener(PoolListener listener) {
            listeners.add(Objects.requireNonNull(listener, "listener"));
            return this;
        }

        /** Adds an interceptor, which may veto checkouts. */
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
                boolean interrupted = Thread.interrupted(); // Closing waits; an interrupted thread would not wait.
                server.endDrain();
                server.close();
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
                throw e;
            }
        }
    }

    public static String version() {
        return Optional.ofNullable(AuthServer.class.getPackage().getImplementationVersion())
                .orElse("(not packaged)");
    }

    public static Builder builder(ServerConfig config) {
        return new Builder(config);
    }

    /**
     * Starts a server. When this method returns, the server answers requests, and its database is ready or known to be
     * unavailable. If it throws, all components already started are closed. An interrupt ends the wait and the thread
     * stays interrupted; the method then throws, or returns if it waits only for the database.
     *
     * @throws EmbeddedDatabaseException if the embedded PostgreSQL cannot be started; the message has the reason
     * @throws DatabaseFailure if the database cannot be reached or prepared and {@link ServerConfig#failFast()} is set
     * @throws BudgetExceededException if PostgreSQL has too few connections for this process and the others, and
     *     {@link ServerConfig#capacity()} has the policy to refuse
     * @throws OperatorsException if the operators file is invalid
     * @throws IOException if an address to listen on cannot be bound
     */
    public static AuthServer start(ServerConfig config)
            throws EmbeddedDatabaseException, OperatorsException, IOException {
        return builder(config).start();
    }

    private void start() throws EmbeddedDatabaseException, OperatorsException, IOException {
        requireAvailablePorts();
        Operators operators = config.remote().openOperators();
        parts.push(operators);
        target = target();
        share = Core.open(
                new Core.Config(
                        new DatabaseConfig(target, config.pool(), config.instance()),
                        config.diagnosis(),
                        config.incidents(),
                        config.capacity()),
                this::shellCommands,
                MBeans::register);
        parts.push(share);
        core = share.core();
        DatabaseEngine engine = core.engine();
        parts.push(this::stopListening); // Runs after the engine is closed, so that listeners receive its last events.
        listeners.forEach(engine.events()::add);
        interceptors.forEach(engine.interceptors()::add);
        parts.push(this::leaveService);
        PrometheusExporter prometheus = new PrometheusExporter(core);
        parts.push(prometheus);
        ServerInfo info = new ServerInfo(version(), config.instance(), Instant.now(), this::addresses, this::inFlight);
        parts.push(MBeans.register(core, info));
        Health health = new Health(engine);
        // Before any wait, so that operators can see why a start takes long.
        admin = AdminListener.start(config.remote(), operators, info, core, health, prometheus);
        admin.ifPresent(parts::push);
        if (config.failFast()) {
            engine.awaitFirstAttempt();
        }
        core.fleet().awaitAdmission(FIRST_LOOK);
        api = ApiListener.start(http(), engine, health, this::answered);
        core.metrics().requests().addInFlight(info.inFlight());
        parts.push(() -> core.metrics().requests().removeInFlight(info.inFlight()));
        parts.push(api);
        parts.push(this::leaveService); // Runs before the API closes, so that waiting requests still receive an error.
        jolokia = JolokiaAgent.start(config.remote(), operators);
        jolokia.ifPresent(parts::push);
        jmx = RemoteJmx.start(config.remote(), operators);
        jmx.ifPresent(parts::push);
        engine.awaitFirstAttempt(FIRST_LOOK);
    }

    private void requireAvailablePorts() throws IOException {
        try (PortReservation ports = new PortReservation()) {
            HttpConfig http = config.http();
            RemoteConfig remote = config.remote();
            ports.reserve("--host and --port", http.host(), OptionalInt.of(http.port()));
            ports.reserve("--admin-host and --admin-port", remote.host(), remote.adminPort());
            ports.reserve("--admin-host and --jolokia-port", remote.host(), remote.jolokiaPort());
            ports.reserve("--admin-host and --jmx-port", remote.host(), remote.jmxPort());
        }
    }

    /** Empty parts until the listeners are started. */
    private Map<String, String> addresses() {
        Map<String, String> addresses = new TreeMap<>();
        if (api != null) {
            addresses.put("api", apiUrl());
        }
        adminAddress().ifPresent(address -> addresses.put("admin", url(hasTls(), address)));
        jolokiaAddress().ifPresent(address -> addresses.put("jolokia", ListenerAddress.forClient(address)));
        jmxAddress().ifPresent(address -> addresses.put("jmx", ListenerAddress.forClient(address)));
        return addresses;
    }

    private int inFlight() {
        return api == null ? 0 : api.inFlight();
    }

    /** The commands for an operator to access the server's database and its MBeans. */
    private Commands shellCommands() {
        String psql = config.database() instanceof Database.External external
                ? external.url().psqlCommand()
                : psql().orElse(Commands.DEFAULT.psql());
        String jolokia = jolokiaAddress()
                .map(address -> url(hasTls(), address) + "/jolokia")
                .orElse(""); // Not the default port: another server may have it.
        return new Commands(psql, jolokia);
    }

    private static String url(boolean hasTls, InetSocketAddress address) {
        return (hasTls ? "https://" : "http://") + ListenerAddress.forClient(address);
    }

    private HttpConfig http() {
        int wanted = config.http().maxClients();
        int clients = DescriptorLimit.maxClients(wanted, config.pool().maximum() + 1);
        if (clients < wanted) {
            LOG.warn(
                    "--max-clients: {} instead of {}, because this process may have {} file descriptors (ulimit -n)",
                    clients,
                    wanted,
                    DescriptorLimit.max());
        }
        if (config.http().keystore().isEmpty()
                && !config.http().allowPlainHttp()
                && !RemoteConfig.isLoopback(config.http().host())) {
            LOG.warn(
                    "--host: the API listens on {} without TLS, so that client keys are sent in plain text. Set"
                            + " --api-keystore; or --allow-plain-http, if a proxy in front provides TLS",
                    config.http().host());
        }
        return config.http().with(draft -> draft.maxClients = clients);
    }

    private void answered(String route, int status, Duration took) {
        core.metrics().requests().record(route, status, took);
        if (status == 500) {
            core.engine()
                    .recentFailures()
                    .record(
                            FailureKind.UNEXPECTED,
                            1,
                            route + " failed with an error that the log explains",
                            Optional.empty());
        }
    }

    /**
     * Ends the time for which {@link #close} serves requests, if it is running; if not, {@link #close} serves none. For
     * a second request to stop.
     */
    public void endDrain() {
        ApiListener listener = api;
        if (listener != null) {
            listener.endDrain();
        }
    }

    private void leaveService() {
        boolean answered = api == null || api.drain();
        share.leaveService(answered ? LAST_CHECKINS : Duration.ZERO);
    }

    private void stopListening() {
        listeners.forEach(core.engine().events()::remove);
        interceptors.forEach(core.engine().interceptors()::remove);
    }

    /** The database engine with its pool, for code that runs in this process. */
    public DatabaseEngine engine() {
        return core.engine();
    }

    /** The database's address and login. */
    public DatabaseTarget databaseTarget() {
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

    /** The URL of the API, without a path. */
    public String apiUrl() {
        return url(config.http().keystore().isPresent(), api.address());
    }

    /** The address the API is bound to. */
    public InetSocketAddress address() {
        return api.address();
    }

    /** The address the admin listener is bound to; empty if it is off. */
    public Optional<InetSocketAddress> adminAddress() {
        return admin.map(AdminListener::address);
    }

    /** The address Jolokia is bound to; empty if it is off. */
    public Optional<InetSocketAddress> jolokiaAddress() {
        return jolokia.map(JolokiaAgent::address);
    }

    /** The address remote JMX is bound to; empty if it is off. */
    public Optional<InetSocketAddress> jmxAddress() {
        return jmx.map(RemoteJmx::address);
    }

    /** Whether the admin listener, Jolokia and remote JMX use TLS. */
    public boolean hasTls() {
        return config.remote().keystore().isPresent();
    }

    /** Describes the database in one line, without its password. */
    public String database() {
        if (config.database() instanceof Database.External external) {
            return external.url().toString();
        }
        return embedded.map(own ->
                        "PostgreSQL %s of this server's own, on 127.0.0.1:%s".formatted(own.version(), own.port()))
                .orElseThrow();
    }

    /** Whether the database answers; the result is at most 2 s old. */
    public DatabaseAvailability availability() {
        return core.engine().availability();
    }

    /** The pool's numbers, all taken at the same instant. */
    public PoolSnapshot poolStatus() {
        return core.engine().pool().snapshot();
    }

    /** The process's metrics; the package description of metrics lists their names. */
    public Metrics metrics() {
        return core.metrics();
    }

    /** Diagnoses the pool's state on request. */
    public Diagnostics diagnostics() {
        return core.diagnostics();
    }

    /** The processes that share this server's PostgreSQL, and whether their connections fit. */
    public FleetWatch fleet() {
        return core.fleet();
    }

    /** The incidents since the start, and earlier ones that are kept on disk. */
    public Incidents incidents() {
        return core.incidents();
    }

    /** A command that opens the database in psql; empty unless PostgreSQL is embedded. */
    public Optional<String> psql() {
        return embedded.map(EmbeddedDatabase::psqlCommand);
    }

    /**
     * Reports that the server is not ready and serves requests for {@code drain}; then stops accepting requests, waits
     * up to {@code shutdownGrace} for requests in flight, closes the pool with all its connections, and stops the
     * embedded PostgreSQL. Idempotent.
     */
    @Override
    public synchronized void close() {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Throwable e) { // Continue: the next server of this JVM waits until the other parts are closed.
                LOG.error("A part of the server could not be closed; the others are", e);
            }
        }
    }
}
