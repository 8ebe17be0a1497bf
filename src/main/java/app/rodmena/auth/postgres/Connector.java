package app.rodmena.auth.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
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
import org.postgresql.util.PSQLState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens connections to one PostgreSQL. Thread-safe. */
public final class Connector {
    private static final Logger LOG = LoggerFactory.getLogger("auth.database");
    private static final String PROTOCOL_VIOLATION = "08P01";

    /**
     * Behind PgBouncer one statement may be sent to another backend than the one before, where the name of a prepared
     * statement means somebody else's SQL: answers would be wrong.
     */
    private static final int NEVER_PREPARE = 0;

    /**
     * What is asked is looked up by keys, in pages that are cached: with PostgreSQL's default of 4, made for disks that
     * turn, it reads small tables from end to end instead, which takes longer.
     */
    private static final String ANY_PAGE_IS_NEAR = " -c random_page_cost=1.1";

    /** The SQLSTATE class of a login that PostgreSQL refuses: a wrong password, or a role that may not log in. */
    private static final String INVALID_AUTHORIZATION = "28";

    /** The shortest time between two logins once PostgreSQL has refused one. */
    private static final long LOGIN_PAUSE_NANOS = Duration.ofSeconds(1).toNanos();

    /** A login that PostgreSQL refused, and when it was last tried. */
    private record RefusedLogin(Secret password, SQLException refusal, long triedNanos) {
        boolean holds(Secret next, long nowNanos) {
            return password.equals(next) && nowNanos - triedNanos < LOGIN_PAUSE_NANOS;
        }
    }

    /** What PostgreSQL 14 and later report of a session unasked, when it begins and whenever it changes. */
    private static final String REPORTED_STANDBY = "in_hot_standby";

    private static final String REPORTED_READ_ONLY = "default_transaction_read_only";

    private final Driver driver = new Driver();
    private final String server;
    private final String hosts;
    private final boolean hasSeveralHosts;
    private final Properties fromUrl;
    private final Secret password;
    private final Optional<PasswordFile> passwordFile;
    private final AtomicReference<RefusedLogin> refused = new AtomicReference<>();
    private final Map<Connection, FarewellSocket> sockets = Collections.synchronizedMap(new WeakHashMap<>());
    private volatile Duration lastLogin = Duration.ZERO;
    private volatile boolean optionsRefused;
    private volatile boolean optionsHeeded;

    /** @throws IllegalArgumentException if pgjdbc can't read the target's URL */
    public Connector(DatabaseTarget target) {
        fromUrl = Driver.parseURL(target.jdbcUrl(), new Properties());
        if (fromUrl == null) {
            throw new IllegalArgumentException("not a URL that pgjdbc understands");
        }
        int query = target.jdbcUrl().indexOf('?');
        server = query < 0 ? target.jdbcUrl() : target.jdbcUrl().substring(0, query);
        hosts = server.replaceFirst("^jdbc:postgresql://", "").replaceFirst("/.*$", "");
        hasSeveralHosts = hosts.contains(",");
        if (hasSeveralHosts) {
            PGProperty.TARGET_SERVER_TYPE.set(fromUrl, "primary");
        }
        PGProperty.USER.set(fromUrl, target.user());
        password = target.password();
        passwordFile = target.passwordFile().map(PasswordFile::new);
        PGProperty.TCP_KEEP_ALIVE.set(fromUrl, true);
        // With it, the application's name is in the first packet and the connection visible under it at once.
        PGProperty.ASSUME_MIN_SERVER_VERSION.set(fromUrl, "10");
        // An error's detail quotes rows, and rows hold client keys.
        PGProperty.LOG_SERVER_ERROR_DETAIL.set(fromUrl, false);
        PGProperty.SOCKET_FACTORY.set(fromUrl, FarewellSocketFactory.class.getName());
    }

    /** The database that connections are connected to. */
    public String database() {
        return PGProperty.PG_DBNAME.getOrDefault(fromUrl);
    }

    /**
     * Opens a connection; the caller closes it.
     *
     * @throws NoPrimaryException if its session would be on a standby, or read-only
     */
    public Connection open(Session session) throws SQLException {
        boolean withOptions = !optionsRefused && session.statementTimeout().isPresent();
        if (!withOptions) {
            return logIn(session, false);
        }
        Connection connection;
        try {
            connection = logIn(session, true);
        } catch (SQLException e) {
            if (!PROTOCOL_VIOLATION.equals(e.getSQLState()) || !e.getMessage().contains("startup parameter")) {
                throw e;
            }
            sayOptionsAreRefused("refuses start-up options: " + e.getMessage());
            connection = logIn(session, false);
        }
        if (!optionsHeeded && !optionsRefused) {
            seeWhetherOptionsAreHeeded(connection);
        }
        return connection;
    }

    /** PgBouncer may be told to ignore options silently; the pids that it gives are its own in any case. */
    private void seeWhetherOptionsAreHeeded(Connection connection) throws SQLException {
        try (var query = connection.prepareStatement("""
                select source = 'client' and pg_backend_pid() = ?
                from pg_settings where name = 'statement_timeout'
                """)) {
            query.setInt(1, connection.unwrap(PGConnection.class).getBackendPID());
            try (var result = query.executeQuery()) {
                optionsHeeded = result.next() && result.getBoolean(1);
            }
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
        if (!optionsHeeded) {
            sayOptionsAreRefused("ignores start-up options");
            connection.unwrap(PGConnection.class).setPrepareThreshold(NEVER_PREPARE);
        }
    }

    /** While it logs in, connect_timeout bounds every wait for an answer; from then on socket_timeout does. */
    private Connection logIn(Session session, boolean withOptions) throws SQLException {
        Secret current = passwordFile.isPresent() ? passwordFile.get().password() : password;
        requireLoginAllowed(current);
        long started = System.nanoTime();
        Connection connection;
        try {
            connection = driver.connect(server, properties(session, withOptions, current));
            refused.set(null);
            lastLogin = Duration.ofNanos(System.nanoTime() - started);
        } catch (SQLException e) {
            boolean loginRefused = String.valueOf(e.getSQLState()).startsWith(INVALID_AUTHORIZATION);
            refused.set(loginRefused ? new RefusedLogin(current, e, System.nanoTime()) : null);
            throw isWithoutPrimary(e) ? new NoPrimaryException(NoPrimaryException.Reason.NONE_FOUND, hosts) : e;
        }
        FarewellSocket socket = FarewellSocketFactory.takeLast();
        try {
            if (needsCheck(connection)) {
                requirePrimary(connection);
            }
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

    /** How long the last login that succeeded took; zero before there is one. */
    public Duration lastLogin() {
        return lastLogin;
    }

    /**
     * Limits the logins of all threads to one a second while PostgreSQL refuses this password: more would fill its log
     * and may lock the role. A new password in the password file is tried at once.
     *
     * @throws SQLException the last refusal, if it is less than a second old
     */
    private void requireLoginAllowed(Secret current) throws SQLException {
        RefusedLogin last = refused.get();
        long now = System.nanoTime();
        if (last != null
                && (last.holds(current, now)
                        || !refused.compareAndSet(last, new RefusedLogin(current, last.refusal(), now)))) {
            throw last.refusal();
        }
    }

    /** pgjdbc translates its message; where the network failed, the exception has a cause. */
    private boolean isWithoutPrimary(SQLException e) {
        return hasSeveralHosts
                && PSQLState.CONNECTION_UNABLE_TO_CONNECT.getState().equals(e.getSQLState())
                && e.getCause() == null;
    }

    /**
     * Earlier versions than 14 report nothing; and PgBouncer repeats what the first of its sessions reported, which may
     * be over, so that "on" has to be confirmed.
     */
    private boolean needsCheck(Connection connection) throws SQLException {
        PGConnection postgres = connection.unwrap(PGConnection.class);
        String standby = postgres.getParameterStatus(REPORTED_STANDBY);
        boolean unknown = standby == null && !optionsRefused;
        return unknown || isOn(standby) || isOn(postgres.getParameterStatus(REPORTED_READ_ONLY));
    }

    /**
     * Asks PostgreSQL whether a connection opened here has a writable session on a primary; one round trip.
     *
     * @throws NoPrimaryException if not
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
     * Why a connection opened here must not be used any more, by what PostgreSQL has reported with its answers; empty
     * if it may. Sends nothing. To be called by the thread that uses the connection.
     */
    public Optional<NoPrimaryException> reportedProblem(Connection connection) {
        if (optionsRefused || !(connection instanceof PGConnection postgres)) {
            return Optional.empty(); // Behind PgBouncer a session is not one of PostgreSQL's.
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

    /** Whether a pooler such as PgBouncer answers instead of PostgreSQL, or that is not known yet. */
    public boolean mayBePooler() {
        return optionsRefused || !optionsHeeded;
    }

    /**
     * The pid of PostgreSQL's process behind a connection opened here; 0 where what answers is not PostgreSQL itself,
     * so that its pids mean nothing.
     */
    public int backendPid(Connection connection) throws SQLException {
        return optionsRefused ? 0 : connection.unwrap(PGConnection.class).getBackendPID();
    }

    /** Whether a transaction is open on a connection opened here, on which nothing runs now. Sends nothing. */
    public boolean isInTransaction(Connection connection) {
        return connection instanceof BaseConnection postgres
                && switch (postgres.getTransactionState()) {
                    case IDLE -> false;
                    case OPEN, FAILED -> true;
                };
    }

    /** Asks PostgreSQL to stop what runs on a connection opened here; waits a second at most. */
    public void cancel(Connection connection) throws SQLException {
        connection.unwrap(PGConnection.class).cancelQuery();
    }

    /**
     * What a connection opened here is at. Sends nothing. Safe while another thread uses the connection: pgjdbc would
     * let us wait for the end of a statement, so the socket is looked at first.
     */
    public TransactionState transactionState(Connection connection) {
        FarewellSocket socket = sockets.get(connection);
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

    private Properties properties(Session session, boolean withOptions, Secret current) {
        Properties properties = (Properties) fromUrl.clone();
        if (current.isPresent()) {
            PGProperty.PASSWORD.set(properties, current.reveal());
        }
        PGProperty.APPLICATION_NAME.set(properties, session.applicationName());
        PGProperty.CONNECT_TIMEOUT.set(properties, seconds(session.connectTimeout()));
        PGProperty.SOCKET_TIMEOUT.set(properties, seconds(session.connectTimeout()));
        // A cancel needs a connection of its own, and whoever cancels is in a hurry.
        PGProperty.CANCEL_SIGNAL_TIMEOUT.set(properties, 1);
        if (withOptions) {
            session.statementTimeout().ifPresent(timeout -> addOptions(properties, timeout));
        } else {
            PGProperty.PREPARE_THRESHOLD.set(properties, NEVER_PREPARE);
        }
        return properties;
    }

    private static void addOptions(Properties properties, Duration statementTimeout) {
        String given = PGProperty.OPTIONS.getOrDefault(properties);
        String ours = "-c statement_timeout=" + statementTimeout.toMillis() + ANY_PAGE_IS_NEAR;
        PGProperty.OPTIONS.set(properties, given == null ? ours : ours + " " + given);
    }

    private static int seconds(Duration duration) {
        return (int) Math.min(
                Integer.MAX_VALUE / 1000, Math.max(1, duration.plusMillis(999).toSeconds()));
    }

    private static int millis(Duration duration) {
        return (int) Math.min(Integer.MAX_VALUE, Math.max(1, duration.toMillis()));
    }

    private synchronized void sayOptionsAreRefused(String what) {
        if (!optionsRefused) {
            optionsRefused = true;
            LOG.warn(
                    "The server {}, as PgBouncer does: statement_timeout is not set by us,"
                            + " set it with ALTER ROLE … SET statement_timeout; backend pids are unknown",
                    what);
        }
    }
}
