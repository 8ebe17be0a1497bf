package app.rodmena.auth.postgres;

import app.rodmena.auth.common.SqlState;
import app.rodmena.auth.postgres.GracefulCloseSocket.GracefulCloseSocketFactory;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.postgresql.Driver;
import org.postgresql.PGConnection;
import org.postgresql.PGProperty;
import org.postgresql.core.BaseConnection;
import org.postgresql.jdbc.PgConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens connections to one PostgreSQL by pgjdbc, with the settings and checks that the server needs, and with the
 * operations on them that JDBC lacks. Thread-safe.
 */
public class Connector {
    private static final Logger LOG = LoggerFactory.getLogger("auth.database");

    /**
     * Disables named prepared statements: PgBouncer may send the next statement to another backend, where the same name
     * can refer to another client's SQL.
     */
    private static final int PREPARE_THRESHOLD_OFF = 0;

    /**
     * The queries look up keys in cached pages. With the default of 4, which is meant for rotating disks, PostgreSQL
     * scans small tables sequentially, which takes longer.
     */
    private static final String RANDOM_PAGE_COST_OPTION = " -c random_page_cost=1.1";

    /** The minimum time between two login attempts after PostgreSQL has refused one. */
    private static final long LOGIN_INTERVAL_NANOS = Duration.ofSeconds(1).toNanos();

    private static final Duration NORMAL_LOGIN = Duration.ofSeconds(2);

    /** A login that PostgreSQL refused, and the time of the last attempt. */
    private record RefusedLogin(Secret password, SQLException refusal, long triedNanos) {
        boolean appliesTo(Secret next, long nowNanos) {
            return password.equals(next) && nowNanos - triedNanos < LOGIN_INTERVAL_NANOS;
        }
    }

    /**
     * Parameters that PostgreSQL 14 and later report for a session without a query, at its start and on each change.
     */
    private static final String REPORTED_STANDBY = "in_hot_standby";

    private static final String REPORTED_READ_ONLY = "default_transaction_read_only";

    private final Driver driver = new Driver();
    private final String server;
    private final String hosts;
    private final boolean hasSeveralHosts;
    private final Properties urlProperties;
    private final Secret password;
    private final Optional<PasswordReader> passwordReader;
    private final AtomicReference<RefusedLogin> refusedLogin = new AtomicReference<>();
    /** The password of the last successful login; {@link Secret#NONE} before it, and after it was refused. */
    private volatile Secret accepted = Secret.NONE;

    private final Map<Connection, GracefulCloseSocket> sockets = Collections.synchronizedMap(new WeakHashMap<>());
    private String lastHost;
    private String failover = "";
    private Instant failedOverAt = Instant.MIN;
    private volatile Duration lastLogin = Duration.ZERO;
    private volatile boolean optionsRefused;
    private volatile boolean optionsApplied;

    /** @throws IllegalArgumentException if pgjdbc cannot parse the target's URL */
    public Connector(DatabaseTarget target) {
        urlProperties = Driver.parseURL(target.jdbcUrl(), new Properties());
        if (urlProperties == null) {
            throw new IllegalArgumentException("not a valid pgjdbc URL");
        }
        int query = target.jdbcUrl().indexOf('?');
        server = query < 0 ? target.jdbcUrl() : target.jdbcUrl().substring(0, query);
        hosts = server.replaceFirst("^jdbc:postgresql://", "").replaceFirst("/.*$", "");
        hasSeveralHosts = hosts.contains(",");
        if (hasSeveralHosts) {
            PGProperty.TARGET_SERVER_TYPE.set(urlProperties, "primary");
        }
        // The driver would not ask a host again for 10 s after it was a standby, and so miss its promotion.
        if (PGProperty.HOST_RECHECK_SECONDS.getOrNull(urlProperties) == null) {
            PGProperty.HOST_RECHECK_SECONDS.set(urlProperties, 0);
        }
        PGProperty.USER.set(urlProperties, target.user());
        password = target.password();
        passwordReader = target.passwordSource().map(PasswordReader::new);
        PGProperty.TCP_KEEP_ALIVE.set(urlProperties, true);
        // Sends application_name in the first packet, so that the connection has its name from the start.
        PGProperty.ASSUME_MIN_SERVER_VERSION.set(urlProperties, "10");
        // An error's detail quotes rows, which contain client keys.
        PGProperty.LOG_SERVER_ERROR_DETAIL.set(urlProperties, false);
        PGProperty.SOCKET_FACTORY.set(urlProperties, GracefulCloseSocketFactory.class.getName());
    }

    public String database() {
        return PGProperty.PG_DBNAME.getOrDefault(urlProperties);
    }

    /**
     * Opens a connection; the caller closes it. Blocks: connect_timeout limits the TCP connect, and the wait for each
     * server response during login.
     *
     * @throws NoPrimaryException if its session would be on a standby, or read-only
     */
    public Connection open(SessionOptions session) throws SQLException {
        if (optionsRefused || session.statementTimeout().isEmpty()) {
            return logIn(session, false);
        }
        Connection connection;
        try {
            connection = logIn(session, true);
        } catch (SQLException e) {
            if (!SqlState.PROTOCOL_VIOLATION.equals(e.getSQLState())
                    || !e.getMessage().contains("startup parameter")) {
                throw e;
            }
            reportRefusedOptions("refuses start-up options: " + e.getMessage());
            connection = logIn(session, false);
        }
        if (!optionsApplied && !optionsRefused) {
            verifyOptions(connection);
        }
        return connection;
    }

    /** Detects a PgBouncer that ignores start-up options silently; the pids that it reports are always its own. */
    private void verifyOptions(Connection connection) throws SQLException {
        try (var query = connection.prepareStatement("""
                select source = 'client' and pg_backend_pid() = ?
                from pg_settings where name = 'statement_timeout'
                """)) {
            query.setInt(1, connection.unwrap(PGConnection.class).getBackendPID());
            try (var result = query.executeQuery()) {
                optionsApplied = result.next() && result.getBoolean(1);
            }
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
        if (!optionsApplied) {
            reportRefusedOptions("ignores start-up options");
            connection.unwrap(PGConnection.class).setPrepareThreshold(PREPARE_THRESHOLD_OFF);
        }
    }

    /** During the login, connect_timeout limits each wait for a response; after it, socket_timeout does. */
    private Connection logIn(SessionOptions session, boolean withOptions) throws SQLException {
        Connection connection;
        try {
            connection = logInWithCurrentOrPrevious(properties(session, withOptions));
        } catch (SQLException e) {
            throw isNoPrimaryFound(e) ? new NoPrimaryException(NoPrimaryException.Reason.NONE_FOUND, hosts) : e;
        }
        GracefulCloseSocket socket = GracefulCloseSocketFactory.takeLast();
        try {
            if (needsCheck(connection)) {
                requirePrimary(connection);
            }
            noteHost(connection);
            connection.setNetworkTimeout(
                    Runnable::run,
                    session.socketTimeout().map(Connector::millis).orElse(0));
            sockets.put(connection, socket);
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /**
     * A new password is in the file before PostgreSQL has it, or later. Until PostgreSQL accepts it, the previous
     * password is used, so that a rotation in two steps refuses no login.
     */
    private Connection logInWithCurrentOrPrevious(Properties properties) throws SQLException {
        Secret current = passwordReader.isPresent() ? passwordReader.get().password() : password;
        Secret previous = accepted;
        try {
            requireLoginAllowed(current);
            return logInWithCurrent(properties, current);
        } catch (SQLException refusal) {
            if (!isLoginRefused(refusal) || !previous.isPresent() || previous.equals(current)) {
                throw refusal;
            }
        }
        try {
            return logIn(properties, previous);
        } catch (SQLException e) {
            if (!isLoginRefused(e)) {
                throw e;
            }
            accepted = Secret.NONE; // PostgreSQL has the new password by now, or another one.
            return logInWithCurrent(properties, current);
        }
    }

    private Connection logInWithCurrent(Properties properties, Secret current) throws SQLException {
        try {
            Connection connection = logIn(properties, current);
            refusedLogin.set(null);
            return connection;
        } catch (SQLException e) {
            refusedLogin.set(isLoginRefused(e) ? new RefusedLogin(current, e, System.nanoTime()) : null);
            throw e;
        }
    }

    private Connection logIn(Properties properties, Secret with) throws SQLException {
        if (with.isPresent()) {
            PGProperty.PASSWORD.set(properties, with.reveal());
        }
        long started = System.nanoTime();
        Connection connection = driver.connect(server, properties);
        lastLogin = Duration.ofNanos(System.nanoTime() - started);
        accepted = with;
        return connection;
    }

    private static boolean isLoginRefused(SQLException e) {
        return SqlState.isLoginRefused(String.valueOf(e.getSQLState()));
    }

    private void noteHost(Connection connection) throws SQLException {
        if (!hasSeveralHosts) {
            return;
        }
        String host = connection
                .unwrap(PgConnection.class)
                .getQueryExecutor()
                .getHostSpec()
                .toString();
        synchronized (this) {
            if (lastHost != null && !lastHost.equals(host)) {
                failedOverAt = Instant.now();
                failover = "failed over from %s to %s at %s"
                        .formatted(lastHost, host, failedOverAt.truncatedTo(ChronoUnit.SECONDS));
                LOG.warn("{}", failover);
            }
            lastHost = host;
        }
    }

    /** The last change of the host that new connections are opened to; empty if there was none within this time. */
    public synchronized String failoverWithin(Duration time) {
        return failedOverAt.isAfter(Instant.now().minus(time)) ? failover : "";
    }

    /** The duration of the last successful login; zero before the first one. */
    public Duration lastLogin() {
        return lastLogin;
    }

    /**
     * Limits the logins of all threads to one per second while PostgreSQL refuses this password: more would fill its
     * log and may lock the role. A new password of the file or command is tried immediately.
     *
     * @throws SQLException the last refusal, if it is less than a second old
     */
    private void requireLoginAllowed(Secret current) throws SQLException {
        RefusedLogin last = refusedLogin.get();
        long now = System.nanoTime();
        if (last != null
                && (last.appliesTo(current, now)
                        || !refusedLogin.compareAndSet(last, new RefusedLogin(current, last.refusal(), now)))) {
            throw last.refusal();
        }
    }

    /** Checks the SQLSTATE, because pgjdbc localizes the message. A network failure has a cause. */
    private boolean isNoPrimaryFound(SQLException e) {
        return hasSeveralHosts && SqlState.UNABLE_TO_CONNECT.equals(e.getSQLState()) && e.getCause() == null;
    }

    /**
     * Whether a query must determine the state of a new session. Versions before 14 do not report it; PgBouncer repeats
     * the report of its first session, which may be outdated, so "on" needs confirmation.
     */
    private boolean needsCheck(Connection connection) throws SQLException {
        PGConnection postgres = connection.unwrap(PGConnection.class);
        String standby = postgres.getParameterStatus(REPORTED_STANDBY);
        boolean unknown = standby == null && !optionsRefused;
        return unknown || isOn(standby) || isOn(postgres.getParameterStatus(REPORTED_READ_ONLY));
    }

    /**
     * Verifies that a connection opened here has a writable session on a primary, with one round trip.
     *
     * @throws NoPrimaryException if it has none
     */
    public void requirePrimary(Connection connection) throws SQLException {
        try (var query = connection.prepareStatement("""
                        select pg_is_in_recovery(), current_setting('default_transaction_read_only')
                        """);
                var result = query.executeQuery()) {
            result.next();
            if (result.getBoolean(1)) {
                throw new NoPrimaryException(NoPrimaryException.Reason.STANDBY, hosts);
            }
            if (isOn(result.getString(2))) {
                throw new NoPrimaryException(NoPrimaryException.Reason.READ_ONLY, hosts);
            }
        }
    }

    /**
     * The reason why a connection opened here must no longer be used, by the parameters that PostgreSQL has reported;
     * empty if it may be used. Sends nothing. Must be called by the thread that uses the connection.
     */
    public Optional<NoPrimaryException> reportedProblem(Connection connection) {
        if (optionsRefused || !(connection instanceof PGConnection postgres)) {
            return Optional.empty(); // Behind PgBouncer, a session is not a PostgreSQL session.
        }
        if (isOn(postgres.getParameterStatus(REPORTED_STANDBY))) {
            return Optional.of(new NoPrimaryException(NoPrimaryException.Reason.STANDBY, hosts));
        }
        return isOn(postgres.getParameterStatus(REPORTED_READ_ONLY))
                ? Optional.of(new NoPrimaryException(NoPrimaryException.Reason.READ_ONLY, hosts))
                : Optional.empty();
    }

    private static boolean isOn(String reported) {
        return "on".equals(reported);
    }

    /** Whether connections go to a pooler such as PgBouncer, or this is not yet known. */
    public boolean mayBePooler() {
        return optionsRefused || !optionsApplied;
    }

    /**
     * Whether a login that has not completed after this time counts as failed: it has taken more than 2 s, behind a
     * pooler, which may queue logins, more than connect_timeout, and more than twice as long as the last successful
     * one.
     */
    public boolean isLoginOverdue(Duration elapsed, Duration connectTimeout) {
        return elapsed.compareTo(mayBePooler() ? connectTimeout : NORMAL_LOGIN) > 0
                && elapsed.compareTo(lastLogin.multipliedBy(2)) > 0;
    }

    /** The pid of the backend of a connection opened here; 0 behind a pooler, whose pids are not those of backends. */
    public int backendPid(Connection connection) throws SQLException {
        return optionsRefused ? 0 : connection.unwrap(PGConnection.class).getBackendPID();
    }

    /** Whether a transaction is open on a connection opened here that runs no statement now. Sends nothing. */
    public boolean isInTransaction(Connection connection) {
        return connection instanceof BaseConnection postgres
                && switch (postgres.getTransactionState()) {
                    case IDLE -> false;
                    case OPEN, FAILED -> true;
                };
    }

    /** Whether a connection is closed, because it broke or its user closed it. Sends nothing. */
    public static boolean isBroken(Connection connection) {
        try {
            return connection.isClosed();
        } catch (SQLException e) {
            return true;
        }
    }

    /** Cancels the running statement of a connection opened here; takes at most 1 s. */
    public void cancel(Connection connection) throws SQLException {
        connection.unwrap(PGConnection.class).cancelQuery();
    }

    /**
     * The transaction state of a connection opened here. Sends nothing. Safe while another thread uses the connection.
     */
    public TransactionState transactionState(Connection connection) {
        // pgjdbc would block until the end of the statement of another thread, so the socket is checked first.
        GracefulCloseSocket socket = sockets.get(connection);
        if (socket == null || !(connection instanceof BaseConnection postgres)) {
            return TransactionState.UNKNOWN;
        }
        if (socket.isBeingRead()) {
            return TransactionState.ACTIVE;
        }
        return switch (postgres.getTransactionState()) {
            case IDLE -> TransactionState.IDLE;
            case OPEN -> TransactionState.IN_TRANSACTION;
            case FAILED -> TransactionState.FAILED;
        };
    }

    private Properties properties(SessionOptions session, boolean withOptions) {
        Properties properties = (Properties) urlProperties.clone();
        PGProperty.APPLICATION_NAME.set(properties, session.applicationName());
        PGProperty.CONNECT_TIMEOUT.set(properties, seconds(session.connectTimeout()));
        PGProperty.SOCKET_TIMEOUT.set(properties, seconds(session.connectTimeout()));
        // The timeout in seconds of a cancel request, which opens its own connection.
        PGProperty.CANCEL_SIGNAL_TIMEOUT.set(properties, 1);
        if (withOptions) {
            session.statementTimeout().ifPresent(timeout -> addOptions(properties, timeout));
        } else {
            PGProperty.PREPARE_THRESHOLD.set(properties, PREPARE_THRESHOLD_OFF);
        }
        return properties;
    }

    private static void addOptions(Properties properties, Duration statementTimeout) {
        String urlOptions = PGProperty.OPTIONS.getOrDefault(properties);
        String ownOptions = "-c statement_timeout=" + statementTimeout.toMillis() + RANDOM_PAGE_COST_OPTION;
        PGProperty.OPTIONS.set(properties, urlOptions == null ? ownOptions : ownOptions + " " + urlOptions);
    }

    private static int seconds(Duration duration) {
        return (int) Math.min(
                Integer.MAX_VALUE / 1000, Math.max(1, duration.plusMillis(999).toSeconds()));
    }

    private static int millis(Duration duration) {
        return (int) Math.min(Integer.MAX_VALUE, Math.max(1, duration.toMillis()));
    }

    private synchronized void reportRefusedOptions(String behavior) {
        if (!optionsRefused) {
            optionsRefused = true;
            LOG.warn(
                    "The database server {}, as PgBouncer does: this server does not set statement_timeout,"
                            + " set it with ALTER ROLE … SET statement_timeout; backend pids are unknown",
                    behavior);
        }
    }
}
