package app.rodmena.auth.embedded;

import app.rodmena.auth.postgres.DatabaseTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real PostgreSQL that starts and stops with its owner, for whoever has not named one.
 *
 * <p>It listens on a port of its own on 127.0.0.1 and nowhere else, asks everybody for a password, and is as durable as
 * PostgreSQL is out of the box. It survives any death of this process: what was acknowledged is there at the next
 * start.
 *
 * <p>It has no shutdown hook, since hooks run side by side and PostgreSQL has to outlive whoever is still answering:
 * owners close it last. For one that could not, because it was killed, a small guard process stops PostgreSQL at once;
 * if that was killed too, the next start does.
 *
 * <p>Safe for use by several threads.
 */
public final class EmbeddedDatabase implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EmbeddedDatabase.class);
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./+-]+");

    private final DataDirectory directory;
    private final Logins logins;
    private final Postmaster postmaster;
    private final String version;
    private boolean closed;

    private EmbeddedDatabase(DataDirectory directory, Logins logins, Postmaster postmaster, String version) {
        this.directory = directory;
        this.logins = logins;
        this.postmaster = postmaster;
        this.version = version;
    }

    /**
     * Starts PostgreSQL and blocks until it answers: a fraction of a second, a few seconds where the data directory is
     * new, and as long as recovery takes after a crash. Takes over from a server that was killed.
     *
     * @throws EmbeddedDatabaseException with one line for the operator: the data directory is in use, is somebody
     *     else's or of another major version, its disk is full, …; nothing that is in it is damaged
     */
    public static EmbeddedDatabase start(EmbeddedConfig config) throws EmbeddedDatabaseException {
        Path path = config.dataDir();
        try {
            Archive archive = Archive.forThisMachine();
            return startIn(
                    config.ephemeral() ? DataDirectory.claimNewBelow(path) : DataDirectory.claim(path), path, archive);
        } catch (IOException e) {
            throw Complaint.from(e, path);
        } catch (SQLException e) {
            throw Complaint.from(e, path);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EmbeddedDatabaseException("Interrupted while PostgreSQL was starting", e);
        }
    }

    /** Whether a data directory holds the data of an earlier start. */
    public static boolean hasDataIn(Path dataDir) {
        return Files.isDirectory(DataDirectory.clusterIn(dataDir));
    }

    /** The database to work in, and the role to do it as: its owner, no superuser. */
    public DatabaseTarget target() {
        return new DatabaseTarget(ServerRole.url(port(), ServerRole.DATABASE), Logins.SERVER, logins.server());
    }

    /** The TCP port on 127.0.0.1. */
    public int port() {
        return postmaster.port();
    }

    /** The version of PostgreSQL, such as {@code 18.6}. */
    public String version() {
        return version;
    }

    /**
     * A line for a shell that opens psql as the server's role, which can lock its tables and see and cancel what
     * anybody does. It shows no password; with {@code -U postgres} it opens the superuser's.
     */
    public String psqlCommand() {
        String file = directory.passwords().toString();
        String quoted = PLAIN.matcher(file).matches() ? file : "'" + file.replace("'", "'\\''") + "'";
        return "PGPASSFILE=%s psql -h 127.0.0.1 -p %s -U %s %s"
                .formatted(quoted, port(), Logins.SERVER, ServerRole.DATABASE);
    }

    /** Aborts what clients still do, stops PostgreSQL, and removes the data if it is ephemeral. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try (directory) {
            postmaster.close();
        } catch (IOException e) {
            log.warn("The embedded PostgreSQL was not put away properly: {}", e.getMessage(), e);
        }
    }

    private synchronized void tellEnd() {
        if (!closed) {
            log.error(
                    "This server's own PostgreSQL has ended, and not by us: nothing can be answered until this server"
                            + " is restarted. Nothing that was stored is lost; {} tells more",
                    directory.log());
        }
    }

    private static EmbeddedDatabase startIn(DataDirectory directory, Path configured, Archive archive)
            throws IOException, SQLException, EmbeddedDatabaseException, InterruptedException {
        try {
            Binaries binaries = Binaries.unpack(archive, directory.path());
            clearAbandonedBelow(configured, binaries);
            Logins logins = Cluster.open(directory, binaries);
            Postmaster postmaster = Postmaster.start(directory, binaries);
            try {
                ServerRole.ensure(postmaster.port(), logins);
                EmbeddedDatabase database = new EmbeddedDatabase(directory, logins, postmaster, binaries.version());
                postmaster.onEnd(database::tellEnd);
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

    /** Nothing that was started may stay behind a failure, and nothing that goes wrong then may hide it. */
    private static void closeAfter(Throwable failure, AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            failure.addSuppressed(e);
        }
    }

    /** What ephemeral servers left when they were killed together with their guards is nobody's but ours to remove. */
    private static void clearAbandonedBelow(Path parent, Binaries binaries) throws IOException {
        for (DataDirectory abandoned : DataDirectory.claimAbandonedBelow(parent)) {
            try (abandoned) {
                Postmaster.takeOver(abandoned, binaries);
            } catch (IOException | EmbeddedDatabaseException e) {
                log.warn("{} is left over and can't be removed: {}", abandoned.path(), e.getMessage());
            }
        }
    }
}
