package app.rodmena.auth.database;

import app.rodmena.auth.common.FirstLine;
import app.rodmena.auth.common.InvalidSettingException;
import app.rodmena.auth.common.SqlState;
import app.rodmena.auth.database.DatabaseFailure.FailureListener;
import app.rodmena.auth.database.Migrations.MigrationException;
import app.rodmena.auth.database.StatementExecution.StatementListener;
import app.rodmena.auth.pool.BatchQueue;
import app.rodmena.auth.pool.Pool;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.pool.event.EventLog;
import app.rodmena.auth.pool.event.PoolEventKind;
import app.rodmena.auth.pool.event.PoolEvents;
import app.rodmena.auth.pool.event.PoolInterceptor;
import app.rodmena.auth.pool.event.PoolInterceptors;
import app.rodmena.auth.pool.event.PoolListener;
import app.rodmena.auth.pool.event.RecentEvents;
import app.rodmena.auth.pool.event.ServiceProviders;
import app.rodmena.auth.postgres.Connector;
import app.rodmena.auth.postgres.SessionOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.statement.StatementExceptions;
import org.jdbi.v3.core.statement.StatementExceptions.MessageRendering;

/**
 * The only access to the database: one engine per process, with the pool that all statements use. Thread-safe.
 *
 * <p>It opens even if PostgreSQL does not answer, and becomes ready as soon as PostgreSQL does; see
 * {@link #availability()}.
 */
public final class DatabaseEngine implements AutoCloseable {
    /** Can refuse changes of a running pool's size. */
    @FunctionalInterface
    public interface ResizeGuard {
        /**
         * Checks a change and makes the preparations for it. Changes are serialized, so this must return within
         * seconds.
         *
         * @param isPreview whether the check must have no effect, for a dry run
         * @throws InvalidSettingException if the change is refused
         */
        void check(PoolSettings now, PoolSettings requested, boolean isPreview);
    }

    private static final int MAX_RECENT_EVENTS = 1000;
    private static final Duration RECENT_FAILOVER = Duration.ofMinutes(15);

    /** JDBI's minimum: with fewer characters its truncation fails. */
    private static final int JFR_NO_PARAMETERS = 2;

    private final DatabaseConfig config;
    private final PoolEvents events = new PoolEvents();
    private final RecentEvents recent = new RecentEvents(MAX_RECENT_EVENTS);
    private final PoolInterceptors interceptors = new PoolInterceptors();
    private final TimingSqlLogger statements = new TimingSqlLogger(events);
    private final FailureReporter failures = new FailureReporter(events);
    private final Pool pool;
    private final Jdbi jdbi;
    private final Map<BatchQuery<?, ?>, BatchQueue<?, ?>> batchQueues = new ConcurrentHashMap<>();
    private final Map<BatchQuery<?, ?>, BatchWrite<?, ?>> batchWrites = new ConcurrentHashMap<>();
    private final Connector connector;
    private final Monitor monitor;
    private final SchemaInitializer schemaInitializer;
    private final List<ResizeGuard> guards = new ArrayList<>();

    /**
     * Opens the engine, which connects in the background. A process has one, so that two pools never exceed the
     * configured number of connections.
     */
    public DatabaseEngine(DatabaseConfig config) {
        this.config = config;
        connector = new Connector(config.target());
        ApplicationName applicationName = new ApplicationName(config.instance());
        events.add(new EventLog());
        events.add(recent);
        events.add(event -> {
            if (event.kind() == PoolEventKind.CONNECT_FAILED) {
                failures.recent.record(FailureKind.CONNECT_FAILED, 1, FirstLine.of(event.cause()), Optional.empty());
            }
        });
        ServiceProviders.forEach(PoolListener.class, events::add);
        ServiceProviders.forEach(PoolInterceptor.class, interceptors::add);
        pool = new Pool("auth", applicationName.pool(), config.pool(), connector, events, interceptors);
        jdbi = Jdbi.create(new ThreadBoundConnectionFactory());
        // Statements have client keys as parameters, which must appear neither in the messages of exceptions nor in
        // JDBI's Flight Recorder events, which every recording includes.
        jdbi.getConfig(StatementExceptions.class).setMessageRendering(MessageRendering.NONE);
        jdbi.getConfig(SqlStatements.class)
                .setJfrParamMaxLength(JFR_NO_PARAMETERS)
                .setJfrSqlMaxLength(0);
        jdbi.registerArrayType(String.class, "text");
        jdbi.registerArrayType(Long.class, "int8");
        jdbi.setSqlLogger(statements);
        monitor = new Monitor(connector, applicationName, pool::settings, pool::hasServedWithin);
        pool.observeFailure(monitor.heartbeat::failure);
        schemaInitializer = new SchemaInitializer(() -> {
            // One connection after the other: with only a few available, opening several at once could fail the start.
            monitor.awaitFirstProbe();
            migrate(connector, applicationName, config.pool());
        });
    }

    /**
     * Runs {@code work} on a connection of the pool, once one is free, on a thread of the pool. Never blocks.
     *
     * @return completes with the result of {@code work}, or with a {@link DatabaseFailure} if the database returned
     *     none
     */
    public <T> CompletionStage<T> call(CallContext caller, HandleCallback<T, RuntimeException> work) {
        if (!schemaInitializer.isDone()) {
            return notPrepared(caller);
        }
        CompletableFuture<T> answer = new CompletableFuture<>();
        pool.call(caller, connection -> ThreadBoundConnectionFactory.with(caller, connection, jdbi, work))
                .whenComplete((result, failure) -> {
                    if (failure == null) {
                        answer.complete(result);
                    } else {
                        answer.completeExceptionally(failures.report(caller, failure));
                    }
                });
        return answer;
    }

    /**
     * Runs one query, in a batch with others of its kind if others are waiting; see {@link BatchQueue}. Never blocks.
     * Cancelling the returned future removes the query from the queue.
     *
     * @return completes with the result, read from the database after this call; or with a {@link DatabaseFailure} if
     *     the database returned none
     */
    public <Q, A> CompletionStage<A> submit(CallContext caller, BatchQuery<Q, A> query, Q input) {
        return schemaInitializer.isDone() ? pool.call(queueOf(query), caller, input) : notPrepared(caller);
    }

    /**
     * Runs one write, in one transaction with others of its kind if they are waiting. Never blocks.
     *
     * @param write its batch form must have the same effect as the single writes in any order
     * @return completes with the result when the write is committed, or with a {@link DatabaseFailure} if the database
     *     returned none
     */
    @SuppressWarnings("unchecked") // Each batch write is stored under the statements that it was created for.
    public <Q, A> CompletionStage<A> write(CallContext caller, BatchQuery<Q, A> write, Q input) {
        return ((BatchWrite<Q, A>) batchWrites.computeIfAbsent(write, kind -> new BatchWrite<>(this, write)))
                .submit(caller, input);
    }

    /**
     * Runs all queries of one caller in one statement.
     *
     * @return completes with the results in the order of the queries, or with a {@link DatabaseFailure} if the database
     *     returned none
     */
    public <Q, A> CompletionStage<List<A>> submitAll(CallContext caller, BatchQuery<Q, A> query, List<Q> inputs) {
        return call(caller, handle -> query.executeBatch(handle, inputs));
    }

    @SuppressWarnings("unchecked") // Each batch queue is stored under the query that it was created for.
    private <Q, A> BatchQueue<Q, A> queueOf(BatchQuery<Q, A> query) {
        return (BatchQueue<Q, A>) batchQueues.computeIfAbsent(
                query, kind -> new BatchQueue<>(query.maxBatchSize(), new BatchQueryExecutor<>(query, jdbi, failures)));
    }

    private <T> CompletionStage<T> notPrepared(CallContext caller) {
        return CompletableFuture.failedFuture(failures.report(
                caller, new DatabaseFailure(DatabaseFailure.Reason.NOT_PREPARED, schemaInitializer.problem(), null)));
    }

    public String instance() {
        return config.instance();
    }

    /** The login role of the pool's connections. */
    public String role() {
        return config.target().user();
    }

    /** The database that connections of the pool are connected to. */
    public String database() {
        return connector.database();
    }

    /**
     * Changes settings of the pool at run time, for all shares of this engine; see {@link Pool#change}.
     *
     * @return the previous settings
     * @throws InvalidSettingException if a setting cannot be changed or the value is invalid; then nothing is changed
     */
    public synchronized PoolSettings change(UnaryOperator<PoolSettings> change) {
        PoolSettings requested = checked(change, false);
        return pool.change(settings -> requested);
    }

    /**
     * Returns the settings that {@link #change} would result in, without changing them.
     *
     * @throws InvalidSettingException as {@link #change} would
     */
    public PoolSettings preview(UnaryOperator<PoolSettings> change) {
        return checked(change, true);
    }

    private synchronized PoolSettings checked(UnaryOperator<PoolSettings> change, boolean isPreview) {
        PoolSettings now = pool.settings();
        PoolSettings requested = change.apply(now);
        guards.forEach(guard -> guard.check(now, requested, isPreview));
        return requested;
    }

    /** Registers a guard that may refuse later changes of settings. */
    public synchronized void add(ResizeGuard guard) {
        guards.add(guard);
    }

    public synchronized void remove(ResizeGuard guard) {
        guards.remove(guard);
    }

    /** Whether PostgreSQL answers and connections can be opened, at most 2 s old. Never blocks. */
    public DatabaseAvailability availability() {
        String failover = connector.failoverWithin(RECENT_FAILOVER);
        boolean prepared = schemaInitializer.isDone();
        Heartbeat heartbeat = monitor.heartbeat;
        boolean keptBack = heartbeat.isKeptBack();
        // PostgreSQL refuses the monitor's new session, but serves the pool's open ones.
        boolean onlyNewSessionsRefused =
                SqlState.isSessionRefused(SqlState.of(heartbeat.failure())) && pool.hasServedWithin(Heartbeat.VALID);
        if (!heartbeat.isAlive() && !onlyNewSessionsRefused) {
            return new DatabaseAvailability(
                    false, prepared, heartbeat.problem(), heartbeat.since(), failover, keptBack);
        }
        return pool.opening()
                .downSince()
                .map(since -> new DatabaseAvailability(
                        false, prepared, "no connection can be opened", since, failover, keptBack))
                .orElseGet(() -> new DatabaseAvailability(
                        true,
                        prepared,
                        prepared ? problemOfNewSessions(heartbeat.problem()) : schemaInitializer.problem(),
                        heartbeat.since(),
                        failover,
                        keptBack));
    }

    /** The problem of the monitor, or else the refusal of the pool's last login, while open connections serve on. */
    private String problemOfNewSessions(String monitorProblem) {
        return monitorProblem.isEmpty()
                ? pool.opening()
                        .failure()
                        .map(SqlState::of)
                        .filter(SqlState::isSessionRefused)
                        .map(Heartbeat::sessionsRefused)
                        .orElse("")
                : monitorProblem;
    }

    /**
     * Waits until the first attempt to reach and prepare the database has ended.
     *
     * @throws DatabaseFailure if it failed
     */
    public void awaitFirstAttempt() {
        schemaInitializer.awaitFirstAttempt();
    }

    /** Waits until the first attempt has ended, successfully or not, or the time is over. */
    public void awaitFirstAttempt(Duration timeout) {
        schemaInitializer.awaitFirstAttempt(timeout);
    }

    public PoolEvents events() {
        return events;
    }

    public RecentEvents recentEvents() {
        return recent;
    }

    /** The pool, for its state and its actions; {@link #change} changes its settings, {@link #close} closes it. */
    public Pool pool() {
        return pool;
    }

    public Monitor monitor() {
        return monitor;
    }

    public PoolInterceptors interceptors() {
        return interceptors;
    }

    public RecentFailures recentFailures() {
        return failures.recent;
    }

    /** Adds a listener of database failures, notified before the caller gets the failure. */
    public void add(FailureListener listener) {
        failures.listeners.add(listener);
    }

    public void remove(FailureListener listener) {
        failures.listeners.remove(listener);
    }

    /** Adds a listener of statements; its exceptions are counted with {@link #events}. */
    public void add(StatementListener listener) {
        statements.listeners.add(listener);
    }

    public void remove(StatementListener listener) {
        statements.listeners.remove(listener);
    }

    @Override
    public void close() {
        close(Duration.ZERO);
    }

    /** Closes the engine when all connections in use are checked in, or {@code grace} is over. Idempotent. */
    public void close(Duration grace) {
        schemaInitializer.close();
        pool.close(grace);
        monitor.close();
    }

    /** The migration's sessions have no timeouts: only TCP keepalive ends them if the host is gone. */
    private static void migrate(Connector connector, ApplicationName name, PoolSettings settings)
            throws MigrationException, InterruptedException {
        SessionOptions session =
                new SessionOptions(name.migration(), Optional.empty(), settings.connectTimeout(), Optional.empty());
        new Migrations(() -> connector.open(session), settings.connectTimeout()).migrate();
    }
}
