package app.rodmena.auth.database;

import app.rodmena.auth.common.SqlState;
import app.rodmena.auth.pool.ConnectionSource;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.postgres.Connector;
import app.rodmena.auth.postgres.Failover;
import app.rodmena.auth.postgres.NoPrimaryException;
import app.rodmena.auth.postgres.SessionOptions;
import app.rodmena.auth.postgres.TransactionState;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** The kinds of session that a process opens, each with its own application_name in pg_stat_activity. */
final class SessionFactory implements ConnectionSource {
    /** The maximum time that PostgreSQL may take to answer a probe. */
    static final Duration PROBE_TIMEOUT = Duration.ofSeconds(1);

    /** The monitor's login may take this many times as long as the pool's last login. */
    private static final int LOGIN_MARGIN = 2;

    /** Longer than PostgreSQL's statement timeout, so that the monitor's connection survives a slow query. */
    private static final Duration MONITOR_STATEMENT_TIMEOUT = Duration.ofMillis(900);

    private final Connector connector;
    private final ApplicationName name;

    SessionFactory(Connector connector, String instance) {
        this.connector = connector;
        name = new ApplicationName(instance);
    }

    @Override
    public Connection open(PoolSettings settings) throws SQLException {
        return connector.open(new SessionOptions(
                name.pool(),
                Optional.of(settings.statementTimeout()),
                settings.connectTimeout(),
                Optional.of(settings.socketTimeout())));
    }

    @Override
    public int backendPid(Connection connection) throws SQLException {
        return connector.backendPid(connection);
    }

    @Override
    public boolean isInTransaction(Connection connection) {
        return connector.isInTransaction(connection);
    }

    @Override
    public void cancel(Connection connection) throws SQLException {
        connector.cancel(connection);
    }

    @Override
    public Optional<NoPrimaryException> reportedProblem(Connection connection) {
        return connector.reportedProblem(connection);
    }

    @Override
    public TransactionState transactionState(Connection connection) {
        return connector.transactionState(connection);
    }

    /** The monitor's session, outside the pool, which waits at most one second for a statement. */
    Connection openMonitor(PoolSettings settings) throws SQLException {
        return connector.open(new SessionOptions(
                monitorName(settings),
                Optional.of(MONITOR_STATEMENT_TIMEOUT),
                loginTimeout(settings),
                Optional.of(PROBE_TIMEOUT)));
    }

    /**
     * The monitor's login timeout: short, because a new attempt reaches a recovered server sooner than a hanging one
     * does; but, within connect_timeout, longer than the pool's last login, so that slow logins do not fail.
     */
    private Duration loginTimeout(PoolSettings settings) {
        Duration lastTimesMargin = connector.lastLogin().multipliedBy(LOGIN_MARGIN);
        Duration minimum = lastTimesMargin.compareTo(PROBE_TIMEOUT) < 0 ? PROBE_TIMEOUT : lastTimesMargin;
        return minimum.compareTo(settings.connectTimeout()) < 0 ? minimum : settings.connectTimeout();
    }

    /** Probes on the monitor's connection whether PostgreSQL answers as a primary with writable sessions. */
    void probe(Connection monitor) throws SQLException {
        connector.requirePrimary(monitor);
    }

    /** The last failover, if it was within this time. */
    Optional<Failover> failoverWithin(Duration time) {
        Instant since = Instant.now().minus(time);
        return connector.failover().filter(failover -> failover.at().isAfter(since));
    }

    /** Whether a pooler may be between this process and PostgreSQL. */
    boolean mayBePooler() {
        return connector.mayBePooler();
    }

    /**
     * Whether the monitor's statement failed because it waited in the queue of a pooler, whose pool is full or paused.
     * This is no outage; if the pooler is gone, the next login fails.
     */
    boolean isKeptBack(Throwable failure) {
        return mayBePooler() && (SqlState.isWithoutServer(failure) || SqlState.isTooManyClients(failure));
    }

    String monitorName(PoolSettings settings) {
        return name.monitor(settings);
    }

    /** The session of migrations, without timeouts: only TCP keepalive ends it if the host is gone. */
    Connection openMigration(PoolSettings settings) throws SQLException {
        return connector.open(
                new SessionOptions(name.migration(), Optional.empty(), settings.connectTimeout(), Optional.empty()));
    }
}
