package app.rodmena.auth.database;

import app.rodmena.auth.database.OncePerProcess.Share;
import app.rodmena.auth.events.Caller;
import app.rodmena.auth.events.EventLog;
import app.rodmena.auth.events.Installed;
import app.rodmena.auth.events.PoolEventKind;
import app.rodmena.auth.events.PoolEvents;
import app.rodmena.auth.events.PoolInterceptor;
import app.rodmena.auth.events.PoolInterceptors;
import app.rodmena.auth.events.PoolListener;
import app.rodmena.auth.events.RecentEvents;
import app.rodmena.auth.pool.ConnectionView;
import app.rodmena.auth.pool.InvalidPoolSetting;
import app.rodmena.auth.pool.Lane;
import app.rodmena.auth.pool.OpeningView;
import app.rodmena.auth.pool.Pool;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.pool.PoolSnapshot;
import app.rodmena.auth.pool.PoolView;
import app.rodmena.auth.pool.RefusalListener;
import app.rodmena.auth.pool.WaiterView;
import app.rodmena.auth.postgres.Connector;
import app.rodmena.auth.postgres.SingleLoginDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.statement.StatementExceptions;
import org.jdbi.v3.core.statement.StatementExceptions.MessageRendering;

/**
 * The door to the database: one engine per process, whose pool everything goes through. Thread-safe.
 *
 * <p>It opens whether PostgreSQL is there or not, and gets ready as soon as it is; {@link #availability()} tells.
 */
public final class DatabaseEngine {
    private static final OncePerProcess<DatabaseEngine> ONE =
            new OncePerProcess<>("engine", engine -> engine.end(Duration.ZERO));
    private static final int EVENTS_REMEMBERED = 1000;

    /** JDBI's least: with fewer characters it fails while it cuts. */
    private static final int JFR_NO_PARAMETERS = 2;

    private final String instance;
    private final String role;
    private final String database;
    private final PoolEvents events = new PoolEvents();
    private final RecentEvents recent = new RecentEvents(EVENTS_REMEMBERED);
    private final PoolInterceptors interceptors = new PoolInterceptors();
    private final StatementClock statements = new StatementClock(events);
    private final FailureReporter failures = new FailureReporter(events);
    private final Pool pool;
    private final Jdbi jdbi;
    private final Map<Inquiry<?, ?>, Lane<?, ?>> lanes = new ConcurrentHashMap<>();
    private final Monitor monitor;
    private final Preparation preparation;
    private final List<ResizeGuard> guards = new ArrayList<>();

    private DatabaseEngine(DatabaseConfig config) {
        instance = config.instance();
        role = config.target().user();
        Connector connector = new Connector(config.target());
        database = connector.database();
        Sessions sessions = new Sessions(connector, instance);
        events.add(new EventLog());
        events.add(recent);
        events.add(event -> {
            if (event.kind() == PoolEventKind.CONNECT_FAILED) {
                failures.recent().record(FailureKind.CONNECT_FAILED, 1, SqlStates.firstLine(event.cause()));
            }
        });
        Installed.each(PoolListener.class, events::add);
        Installed.each(PoolInterceptor.class, interceptors::add);
        pool = new Pool("auth", config.pool(), sessions, events, interceptors);
        jdbi = Jdbi.create(new LeasedConnection());
        // Statements are asked with client keys in them, which must not get into an exception's message, nor into the
        // events that JDBI has for the Flight Recorder, of which every recording takes them.
        jdbi.getConfig(StatementExceptions.class).setMessageRendering(MessageRendering.NONE);
        jdbi.getConfig(SqlStatements.class)
                .setJfrParamMaxLength(JFR_NO_PARAMETERS)
                .setJfrSqlMaxLength(0);
        jdbi.registerArrayType(String.class, "text");
        jdbi.setSqlLogger(statements);
        monitor = new Monitor(sessions, pool::settings);
        pool.observe(monitor.heartbeat()::failure);
        preparation = new Preparation(() -> {
            // One connection after the other: where only a few are to be had, a start that takes several waits for
            // itself.
            monitor.awaitFirstBeat();
            migrate(sessions, config.pool());
        });
    }

    /**
     * Opens the engine of this process, or joins those who have it open with the same settings; whoever opens it closes
     * the share. While a former one is being closed, waits for that: two pools at once would be more connections than
     * anybody allowed.
     *
     * @throws IllegalStateException if it is open with other settings
     */
    public static Share<DatabaseEngine> open(DatabaseConfig config) {
        return ONE.open("this process", config, () -> new DatabaseEngine(config));
    }

    /** Closes a share; the last to leave gives connections that are out {@code grace} to come back. */
    public static void leave(Share<DatabaseEngine> share, Duration grace) {
        share.close(engine -> engine.end(grace));
    }

    /**
     * Runs {@code work} on a connection of the pool, once one is free, on a thread of the pool's. Never blocks.
     *
     * @return the answer; completed with a {@link DatabaseFailure} where the database gave none
     */
    public <T> CompletionStage<T> call(Caller caller, HandleCallback<T, RuntimeException> work) {
        if (!preparation.isDone()) {
            return notPrepared(caller);
        }
        CompletableFuture<T> answer = new CompletableFuture<>();
        pool.call(caller, connection -> LeasedConnection.with(caller, connection, jdbi, work))
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
     * Asks one question, together with others of its kind if others wait: see {@link Lane}. Never blocks. Whoever
     * cancels the future that this is leaves the queue.
     *
     * @return the answer, read from the database after this was called; completed with a {@link DatabaseFailure} where
     *     the database gave none
     */
    public <Q, A> CompletionStage<A> ask(Caller caller, Inquiry<Q, A> inquiry, Q question) {
        return preparation.isDone() ? pool.call(laneOf(inquiry), caller, question) : notPrepared(caller);
    }

    /**
     * Asks all the questions of one caller, in one statement.
     *
     * @return the answers in the order of the questions; completed with a {@link DatabaseFailure} where the database
     *     gave none
     */
    public <Q, A> CompletionStage<List<A>> askAll(Caller caller, Inquiry<Q, A> inquiry, List<Q> questions) {
        return call(caller, handle -> inquiry.askTogether(handle, questions));
    }

    @SuppressWarnings("unchecked") // Each is put in under the inquiry it was made from.
    private <Q, A> Lane<Q, A> laneOf(Inquiry<Q, A> inquiry) {
        return (Lane<Q, A>) lanes.computeIfAbsent(
                inquiry, kind -> new Lane<>(inquiry.most(), new InquiryWork<>(inquiry, jdbi, failures)));
    }

    private <T> CompletionStage<T> notPrepared(Caller caller) {
        DatabaseFailure failure = new DatabaseFailure(DatabaseFailure.Reason.NOT_PREPARED, preparation.problem(), null);
        failures.report(caller, failure);
        return CompletableFuture.failedFuture(failure);
    }

    /** The pool's numbers, all of the same instant; lock-free, whatever state the database is in. */
    public PoolSnapshot snapshot() {
        return pool.snapshot();
    }

    /** The most connections that were out at once since somebody last asked: for one who asks regularly. */
    public int peakSinceLast() {
        return pool.peakSinceLast();
    }

    /** The pool's numbers and the state of its queue, all of the same instant. */
    public PoolView view() {
        return pool.view();
    }

    /**
     * Every physical connection of the pool, the oldest first. Nobody is stopped for it: each row is true of itself,
     * and rows may be of slightly different instants.
     */
    public List<ConnectionView> connections() {
        return pool.connections();
    }

    /** Everybody who waits for a connection, whoever is next first. */
    public List<WaiterView> waiters() {
        return pool.waiters();
    }

    /** How it goes with opening connections. */
    public OpeningView opening() {
        return pool.opening();
    }

    /** This process's name in PostgreSQL. */
    public String instance() {
        return instance;
    }

    /** The role that connections of the pool are logged in as. */
    public String role() {
        return role;
    }

    /** The database that connections of the pool are connected to. */
    public String database() {
        return database;
    }

    /** The pool's settings, as they hold now. */
    public PoolSettings settings() {
        return pool.settings();
    }

    /**
     * Changes settings of the pool at run time, for everybody who has this engine open; see {@link Pool#change}.
     *
     * @return the settings before
     * @throws InvalidPoolSetting naming the setting that can't be changed, or not to that; nothing is changed then
     */
    public PoolSettings change(UnaryOperator<PoolSettings> change) {
        synchronized (guards) {
            PoolSettings now = pool.settings();
            PoolSettings wanted = change.apply(now);
            guards.forEach(guard -> guard.check(now, wanted));
            return pool.change(settings -> wanted);
        }
    }

    /**
     * What {@link #change} would make of the settings; nothing is changed.
     *
     * @throws InvalidPoolSetting as {@link #change} would
     */
    public PoolSettings rehearse(UnaryOperator<PoolSettings> change) {
        synchronized (guards) {
            PoolSettings now = pool.settings();
            PoolSettings wanted = change.apply(now);
            guards.forEach(guard -> guard.rehearse(now, wanted));
            return wanted;
        }
    }

    /** Gives {@code guard} a say in every change of settings from now on. */
    public void add(ResizeGuard guard) {
        synchronized (guards) {
            guards.add(guard);
        }
    }

    public void remove(ResizeGuard guard) {
        synchronized (guards) {
            guards.remove(guard);
        }
    }

    /** Has every connection replaced: idle ones at their next checkout, those in use when they are given back. */
    public void softInvalidate() {
        pool.softInvalidate();
    }

    /**
     * Closes every connection that is idle now.
     *
     * @return how many
     */
    public int evictIdle() {
        return pool.evictIdle();
    }

    /** From now on every caller waits, up to its pool_timeout; whoever has a connection keeps it. */
    public void suspend() {
        pool.suspend();
    }

    /** Lets callers go on after {@link #suspend}. */
    public void resume() {
        pool.resume();
    }

    /** Whether PostgreSQL answers and lets connections be opened, as of at most 2 s ago. Never waits. */
    public Availability availability() {
        boolean prepared = preparation.isDone();
        Heartbeat heartbeat = monitor.heartbeat();
        boolean keptBack = heartbeat.isKeptBack();
        // PostgreSQL refuses the monitor a session, but serves those that the pool has.
        boolean onlyNewSessionsRefused = SqlStates.isSessionRefused(SqlStates.of(heartbeat.failure()))
                && pool.snapshot().totalConnections() > 0;
        if (!heartbeat.isAlive() && !onlyNewSessionsRefused) {
            return new Availability(false, prepared, heartbeat.problem(), heartbeat.since(), keptBack);
        }
        return pool.opening()
                .downSince()
                .map(since -> new Availability(false, prepared, "no connection can be opened", since, keptBack))
                .orElseGet(() -> new Availability(
                        true,
                        prepared,
                        prepared ? heartbeat.problem() : preparation.problem(),
                        heartbeat.since(),
                        keptBack));
    }

    /**
     * Waits until the first attempt to reach and prepare the database has ended.
     *
     * @throws DatabaseFailure if it failed
     */
    public void awaitFirstAttempt() {
        preparation.awaitFirstAttempt();
    }

    /** Waits until that first attempt has ended, well or badly, or the time is over. */
    public void awaitFirstAttempt(Duration most) {
        preparation.awaitFirstAttempt(most);
    }

    /** Everything the pool tells, for whoever wants to listen. */
    public PoolEvents events() {
        return events;
    }

    /** The last events of the pool. */
    public RecentEvents recentEvents() {
        return recent;
    }

    /** The connection outside the pool, to ask PostgreSQL how it is. */
    public Monitor monitor() {
        return monitor;
    }

    /** Who may veto a checkout. */
    public PoolInterceptors interceptors() {
        return interceptors;
    }

    /** What failed in the last fifteen minutes. */
    public RecentFailures recentFailures() {
        return failures.recent();
    }

    /** Reports every failure of the database to {@code listener} from now on, before its caller learns of it. */
    public void add(FailureListener listener) {
        failures.add(listener);
    }

    public void remove(FailureListener listener) {
        failures.remove(listener);
    }

    /** Reports every refusal of callers to {@code listener} from now on. */
    public void add(RefusalListener listener) {
        pool.add(listener);
    }

    public void remove(RefusalListener listener) {
        pool.remove(listener);
    }

    /** Tells {@code listener} of every statement from now on; what it throws is counted with {@link #events}. */
    public void add(StatementListener listener) {
        statements.add(listener);
    }

    public void remove(StatementListener listener) {
        statements.remove(listener);
    }

    private void end(Duration grace) {
        preparation.close();
        pool.close(grace);
        monitor.close();
    }

    private static void migrate(Sessions sessions, PoolSettings settings)
            throws MigrationException, InterruptedException {
        DataSource migrationSessions = new SingleLoginDataSource() {
            @Override
            public Connection getConnection() throws SQLException {
                return sessions.openMigration(settings);
            }
        };
        new Migrations(migrationSessions, settings.connectTimeout()).migrate();
    }
}
