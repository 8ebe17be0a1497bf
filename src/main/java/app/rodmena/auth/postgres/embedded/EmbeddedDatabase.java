package app.rodmena.auth.postgres.embedded;

import app.rodmena.auth.common.SqlState;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.postgres.DatabaseUrl;
import app.rodmena.auth.postgres.Secret;
import app.rodmena.auth.postgres.embedded.PostgresBinaries.BinaryArchive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL that this process starts and stops; used if no database is configured.
 *
 * <p>It listens on a free port of 127.0.0.1 only, requires a password from every client, and has PostgreSQL's default
 * durability: committed data survives a crash of this process.
 *
 * <p>It has no shutdown hook, because hooks run concurrently, and PostgreSQL must stop after the server has answered
 * its last request: the server closes it last. If the server is killed, the reaper of its {@link Postmaster} stops
 * PostgreSQL immediately; if the reaper is killed too, the next start does.
 *
 * <p>Thread-safe.
 */
public final class EmbeddedDatabase implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EmbeddedDatabase.class);
    private static final String DATABASE = "auth";

    private final DataDirectory directory;
    private final Credentials credentials;
    private final Postmaster postmaster;
    private final String version;
    private boolean closed;

    private EmbeddedDatabase(DataDirectory directory, Credentials credentials, Postmaster postmaster, String version) {
        this.directory = directory;
        this.credentials = credentials;
        this.postmaster = postmaster;
        this.version = version;
    }

    /**
     * Starts PostgreSQL and blocks until it accepts connections: less than a second, a few seconds for a new data
     * directory, and as long as recovery takes after a crash. Stops a PostgreSQL that a killed server has left running.
     *
     * @throws EmbeddedDatabaseException if the data directory is in use, contains other files or is of another major
     *     version, if its disk is full, or if PostgreSQL does not start; existing data is not damaged
     */
    public static EmbeddedDatabase start(EmbeddedConfig config) throws EmbeddedDatabaseException {
        Path path = config.dataDir();
        try {
            BinaryArchive archive = BinaryArchive.forThisMachine();
            return startIn(
                    config.ephemeral() ? DataDirectory.lockNewBelow(path) : DataDirectory.claim(path), path, archive);
        } catch (IOException | SQLException e) {
            throw StartupFailureMessage.from(e, path);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EmbeddedDatabaseException("Interrupted while PostgreSQL was starting", e);
        }
    }

    /** Whether a data directory has a cluster from an earlier start. */
    public static boolean hasDataIn(Path dataDir) {
        return Files.isDirectory(DataDirectory.clusterIn(dataDir));
    }

    /** The database, and the login of its owner, which is not a superuser. */
    public DatabaseTarget target() {
        return new DatabaseTarget(url(port(), DATABASE), Credentials.SERVER, credentials.server());
    }

    /** The TCP port on 127.0.0.1. */
    public int port() {
        return postmaster.port();
    }

    /** The version of PostgreSQL, for example {@code 18.6}. */
    public String version() {
        return version;
    }

    /**
     * A shell command that starts psql as the server's role, which owns the tables and can see and cancel all sessions.
     * It contains no password. With {@code -U postgres}, it logs in as the superuser.
     */
    public String psqlCommand() {
        return "PGPASSFILE=%s psql -h 127.0.0.1 -p %s -U %s %s"
                .formatted(
                        DatabaseUrl.shellWord(directory.passwords().toString()), port(), Credentials.SERVER, DATABASE);
    }

    /** Stops PostgreSQL, aborting open transactions, and deletes the data if it is ephemeral. Idempotent. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try (directory) {
            postmaster.close();
        } catch (IOException e) {
            log.warn("Failed to stop the embedded PostgreSQL: {}", e.getMessage(), e);
        }
    }

    private synchronized void logUnexpectedEnd() {
        if (!closed) {
            log.error(
                    "The embedded PostgreSQL has ended unexpectedly: requests fail until this server is restarted."
                            + " No committed data is lost; see {}",
                    directory.log());
        }
    }

    private static EmbeddedDatabase startIn(DataDirectory directory, Path configured, BinaryArchive archive)
            throws IOException, SQLException, EmbeddedDatabaseException, InterruptedException {
        try {
            PostgresBinaries binaries = PostgresBinaries.unpack(archive, directory.path());
            deleteAbandonedBelow(configured, binaries);
            Credentials credentials = ClusterDirectory.open(directory, binaries);
            Postmaster postmaster = Postmaster.start(directory, binaries);
            try {
                ensureRole(postmaster.port(), credentials);
                EmbeddedDatabase database = new EmbeddedDatabase(directory, credentials, postmaster, binaries.version);
                postmaster.onEnd(database::logUnexpectedEnd);
                return database;
            } catch (Throwable e) {
                closeAfter(e, postmaster);
                throw e;
            }
        } catch (Throwable e) {
            closeAfter(e, directory);
            throw e;
        }
    }

    /** Closes a resource after a failure; a second failure is suppressed, so that it does not hide the first. */
    private static void closeAfter(Throwable failure, AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            failure.addSuppressed(e);
        }
    }

    private static String url(int port, String database) {
        return "jdbc:postgresql://127.0.0.1:%s/%s?sslmode=disable".formatted(port, database);
    }

    /** Logs in as the server's role; creates the role and its database if missing. */
    private static void ensureRole(int port, Credentials credentials) throws SQLException {
        try {
            connect(port, DATABASE, Credentials.SERVER, credentials.server()).close();
        } catch (SQLException e) {
            if (!SqlState.INVALID_PASSWORD.equals(e.getSQLState())
                    && !SqlState.NO_SUCH_DATABASE.equals(e.getSQLState())) {
                throw e;
            }
            createRole(port, credentials);
            connect(port, DATABASE, Credentials.SERVER, credentials.server()).close();
        }
    }

    private static Connection connect(int port, String database, String role, Secret password) throws SQLException {
        return DriverManager.getConnection(url(port, database), role, password.reveal());
    }

    /** The role is not a superuser, but can see and cancel all sessions. An interrupted creation can be repeated. */
    private static void createRole(int port, Credentials credentials) throws SQLException {
        try (Connection connection = connect(port, "postgres", Credentials.SUPERUSER, credentials.superuser());
                Statement statement = connection.createStatement()) {
            // If the statement fails, the log must not show the password.
            statement.execute("set log_min_error_statement = panic");
            statement.execute("""
                    do $$
                    begin
                      if not exists (select from pg_roles where rolname = 'auth') then
                        create role auth login;
                        grant pg_monitor, pg_signal_backend to auth;
                      end if;
                      alter role auth password '%s';
                    end
                    $$
                    """.formatted(credentials.server().reveal()));
            try (var exists = statement.executeQuery("select from pg_database where datname = 'auth'")) {
                if (!exists.next()) {
                    statement.execute("create database auth owner auth");
                }
            }
        }
    }

    /** Deletes the directories of ephemeral servers that were killed together with their reapers. */
    private static void deleteAbandonedBelow(Path parent, PostgresBinaries binaries) throws IOException {
        for (DataDirectory abandoned : DataDirectory.lockAbandonedBelow(parent)) {
            try (abandoned) {
                Postmaster.takeOver(abandoned, binaries);
            } catch (IOException | EmbeddedDatabaseException e) {
                log.warn("Failed to remove the abandoned data directory {}: {}", abandoned.path(), e.getMessage());
            }
        }
    }
}
