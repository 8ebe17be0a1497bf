package app.rodmena.auth.database;

import app.rodmena.auth.common.SqlState;
import app.rodmena.auth.pool.DelegatingConnection;
import app.rodmena.auth.postgres.SingleLoginDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;
import org.flywaydb.core.api.logging.Log;
import org.flywaydb.core.api.logging.LogCreator;
import org.flywaydb.core.api.output.MigrateResult;
import org.jdbi.v3.core.ConnectionFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Migrates the tables to the version that this server needs: creates them in an empty database, and adopts those of the
 * service that the protocol comes from. If they are up to date, it changes nothing and needs read privileges only.
 *
 * <p>Any number of processes may call {@link #migrate()} concurrently: one migrates, the others wait. A migration is
 * one transaction, so a process that dies leaves no partial changes. It uses one connection, so it works behind a
 * PgBouncer with a pool of one and for a role with few connections.
 */
public final class Migrations {
    private static final Logger LOG = LoggerFactory.getLogger("auth.migrations");

    /** The maximum wait for other processes and for locked tables. */
    private static final Duration MAX_WAIT = Duration.ofMinutes(10);

    private static final String PRIVILEGE_ADVICE =
            "start this version once as the owner of the tables, or of the schema where there are none";

    private static final String NO_SERVER =
            "the login was accepted, but the first statement got no answer: if this is PgBouncer, its pool is full or paused;"
                    + " this server needs at least 2 of its server connections with pool_mode session, 1 with transaction";

    private static final Duration PAUSE = Duration.ofMillis(200);

    private final ConnectionFactory sessions;
    private final Duration firstResponseTimeout;

    /**
     * @param sessions opens connections outside the pool, without statement and socket timeouts, because migrating a
     *     large table can take long. One is open at a time.
     * @param firstResponseTimeout maximum wait for the first response on a connection; see {@link #lock}
     */
    public Migrations(ConnectionFactory sessions, Duration firstResponseTimeout) {
        this.sessions = sessions;
        this.firstResponseTimeout = firstResponseTimeout;
    }

    /**
     * Blocks until the tables are up to date, migrated by this or another process. Waits for other processes and for
     * locked tables for up to ten minutes.
     *
     * @throws MigrationException if the migration fails
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    public void migrate() throws MigrationException, InterruptedException {
        long start = System.nanoTime();
        String before = "";
        for (String obstacle = attempt(); !obstacle.isEmpty(); obstacle = attempt()) {
            if (!obstacle.equals(before)) {
                LOG.info("The migration waits: {}", obstacle);
            }
            if (System.nanoTime() - start > MAX_WAIT.toNanos()) {
                throw new MigrationException(
                        "The migration gave up after %s s: %s".formatted(MAX_WAIT.toSeconds(), obstacle), true, null);
            }
            before = obstacle;
            Thread.sleep(PAUSE.toMillis());
        }
    }

    /** Attempts the migration; returns what it has to wait for, or an empty text after success. */
    private String attempt() throws MigrationException {
        try (Connection lockConnection = sessions.openConnection()) {
            lockConnection.setAutoCommit(false);
            lockConnection.setNetworkTimeout(Runnable::run, (int) firstResponseTimeout.toMillis());
            if (!lock(lockConnection)) {
                return "another process is migrating the same database";
            }
            lockConnection.setNetworkTimeout(Runnable::run, 0);
            requirePrivileges(lockConnection);
            runFlyway(lockConnection);
            lockConnection.commit();
            return "";
        } catch (SQLException | FlywayException e) {
            if (SqlState.LOCK_NOT_AVAILABLE.equals(SqlState.of(e))) {
                return "another session holds locks on the tables";
            }
            throw explain(e);
        }
    }

    /**
     * Locks out other processes for the whole migration, because Flyway takes its own lock only after it has created
     * its history table. The lock belongs to a transaction, not to a session, so that it also works through a
     * transaction-pooling proxy; it ends with the connection.
     */
    private static boolean lock(Connection lockConnection) throws SQLException {
        try (var statement = lockConnection.createStatement()) {
            statement.execute("""
                    select set_config(name, '0', true) from pg_settings
                    where name in ('statement_timeout', 'transaction_timeout', 'idle_in_transaction_session_timeout')
                    """);
            // The first number is "auth" in ASCII, the second identifies migrations.
            try (var result = statement.executeQuery("select pg_try_advisory_xact_lock(1635087464, 1)")) {
                result.next();
                return result.getBoolean(1);
            }
        }
    }

    /** Checks privileges in advance: Flyway would fail only after ten attempts, one second apart. */
    private static void requirePrivileges(Connection lockConnection) throws SQLException, MigrationException {
        try (var statement = lockConnection.createStatement();
                var result = statement.executeQuery("""
                        select quote_ident(current_user), current_schema(),
                            to_regclass('auth_schema_history') is not null
                                or has_schema_privilege(current_schema(), 'create'),
                            coalesce(has_table_privilege(to_regclass('auth_schema_history'), 'select'), true),
                            current_setting('search_path')
                        """)) {
            result.next();
            if (result.getString(2) == null) {
                throw refusal(
                        "The database role %s has no schema for the tables: its search_path, %s, names none that exists and that it may use; create one, or set another search_path with ALTER ROLE"
                                .formatted(result.getString(1), result.getString(5)));
            }
            if (!result.getBoolean(3)) {
                throw refusal("The database role %s may not create tables in schema %s; %s"
                        .formatted(result.getString(1), result.getString(2), PRIVILEGE_ADVICE));
            }
            if (!result.getBoolean(4)) {
                throw refusal(
                        "The database role %1$s may not read auth_schema_history; as its owner: GRANT SELECT ON auth_schema_history TO %1$s"
                                .formatted(result.getString(1)));
            }
        }
    }

    /** The migration's connection for Flyway, without commit and close; a rollback ends the attempt. */
    private static final class OneTransactionConnection extends DelegatingConnection {
        private boolean autoCommit = true;

        OneTransactionConnection(Connection delegate) {
            super(delegate);
        }

        @Override
        public boolean getAutoCommit() {
            return autoCommit;
        }

        @Override
        public void setAutoCommit(boolean autoCommit) {
            this.autoCommit = autoCommit;
        }

        @Override
        public void commit() {}

        @Override
        public void close() {}
    }

    private static void runFlyway(Connection lockConnection) throws MigrationException {
        Connection shared = new OneTransactionConnection(lockConnection);
        Flyway flyway = Flyway.configure(Migrations.class.getClassLoader())
                .dataSource(new SingleLoginDataSource() {
                    @Override
                    public Connection getConnection() {
                        return shared;
                    }
                })
                .locations("classpath:app/rodmena/auth/migration")
                // Not Flyway's default name: another application in the same schema may use Flyway, too.
                .table("auth_schema_history")
                // A schema with tables but no history belongs to the older service or is shared: baseline it at 0.
                .baselineOnMigrate(true)
                .baselineVersion("0")
                .placeholderReplacement(false)
                .createSchemas(false)
                .validateMigrationNaming(true)
                .loggers(FlywayLog.class.getName())
                .load();
        refuseNewerTables(flyway.info().all());
        MigrateResult result = flyway.migrate();
        if (result.migrationsExecuted > 0) {
            LOG.info(
                    "Migrated the tables to version {} in {} ms",
                    result.targetSchemaVersion,
                    result.getTotalMigrationTime());
        }
    }

    /** Refuses tables of a later version, which this server does not know. Flyway would continue. */
    private static void refuseNewerTables(MigrationInfo[] migrations) throws MigrationException {
        var newer = Arrays.stream(migrations)
                .filter(migration -> migration.getState() == MigrationState.FUTURE_SUCCESS
                        || migration.getState() == MigrationState.FUTURE_FAILED)
                .map(MigrationInfo::getVersion)
                .reduce((first, second) -> second);
        if (newer.isPresent()) {
            throw refusal(
                    "The tables are of version %s, which is newer than this server: start that version or a later one"
                            .formatted(newer.get()));
        }
    }

    private static MigrationException refusal(String message) {
        return new MigrationException(message, false, null);
    }

    private static String adviceFor(String state) {
        return switch (state) {
            case SqlState.INVALID_LOGIN, SqlState.INVALID_PASSWORD -> "; correct the user or the password";
            case SqlState.TOO_MANY_CONNECTIONS ->
                "; this server needs at least 2 connections: the monitor's, and one that prepares the tables and is"
                        + " followed by the pool's";
            case SqlState.NO_SUCH_DATABASE -> "; create that database, or name another";
            default -> "";
        };
    }

    private static MigrationException explain(Exception failure) {
        String state = SqlState.of(failure);
        String message = SqlState.firstLine(failure);
        if (SqlState.INSUFFICIENT_PRIVILEGE.equals(state)) {
            return new MigrationException(
                    "The database role may not do what the migration needs (%s); %s"
                            .formatted(message, PRIVILEGE_ADVICE),
                    false,
                    failure);
        }
        return new MigrationException(
                "The migration failed: " + (SqlState.isWithoutServer(failure) ? NO_SERVER : message + adviceFor(state)),
                // A wrong password is temporary: it may be corrected at any time. The connector limits the rate of
                // attempts.
                SqlState.isTransient(state) || SqlState.isLoginRefused(state),
                failure);
    }

    /**
     * Logs Flyway's messages at DEBUG, because {@link Migrations} logs a summary in one line. Errors are not logged,
     * because Flyway throws them, too. Public because Flyway instantiates it by name.
     */
    public static final class FlywayLog implements Log, LogCreator {
        private static final Logger LOG = LoggerFactory.getLogger("auth.migrations");

        @Override
        public Log createLogger(Class<?> loggingClass) {
            return this;
        }

        /** Abstract in Flyway 11, which Spring Boot 3.5 puts on the class path. */
        @Override
        @SuppressWarnings("deprecation")
        public boolean isDebugEnabled() {
            return LOG.isDebugEnabled();
        }

        @Override
        public void debug(String message) {
            LOG.debug(message);
        }

        @Override
        public void info(String message) {
            LOG.debug(message);
        }

        @Override
        public void warn(String message) {
            LOG.debug(message);
        }

        @Override
        public void error(String message) {}

        @Override
        public void error(String message, Exception e) {}

        @Override
        public void notice(String message) {}
    }

    /** A failed migration of the tables; the message says why and is safe for responses. */
    public static final class MigrationException extends Exception {
        private static final long serialVersionUID = 1;

        private final boolean worthRetrying;

        MigrationException(String message, boolean worthRetrying, Throwable cause) {
            super(message, cause);
            this.worthRetrying = worthRetrying;
        }

        /** Whether a retry may succeed without intervention: PostgreSQL was unreachable or busy. */
        public boolean worthRetrying() {
            return worthRetrying;
        }
    }
}
