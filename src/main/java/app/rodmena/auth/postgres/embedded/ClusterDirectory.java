package app.rodmena.auth.postgres.embedded;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;

/** PostgreSQL's cluster directory within the data directory: created once, by one major version of PostgreSQL. */
final class ClusterDirectory {
    private static final String INCOMPLETE_PREFIX = "initdb-";
    private static final int MAX_CONNECTIONS = 220;

    private ClusterDirectory() {}

    /**
     * Returns the passwords of the cluster in {@code directory}; creates the cluster if there is none.
     *
     * <p>A cluster gets its name when it is complete and synced. An incomplete one, of a process that was killed, has
     * another name and is deleted.
     *
     * @throws EmbeddedDatabaseException if the cluster has another major version
     */
    static Credentials open(DataDirectory directory, PostgresBinaries binaries)
            throws IOException, EmbeddedDatabaseException {
        Path cluster = directory.cluster();
        if (Files.notExists(cluster)) {
            deleteIncomplete(directory.path());
            Credentials credentials = Credentials.createIn(directory.passwords());
            initialize(directory, binaries, credentials);
            return credentials;
        }
        String majorVersion = Files.readString(cluster.resolve("PG_VERSION")).strip();
        if (!majorVersion.equals(binaries.majorVersion())) {
            throw new EmbeddedDatabaseException(
                    "The data directory %s was created by PostgreSQL %s, and this server contains PostgreSQL %s; dump it with %2$s and restore it into a new directory, or run pg_upgrade on %s"
                            .formatted(directory.path(), majorVersion, binaries.majorVersion(), cluster));
        }
        return Credentials.readFrom(directory.passwords());
    }

    private static void initialize(DataDirectory directory, PostgresBinaries binaries, Credentials credentials)
            throws IOException, EmbeddedDatabaseException {
        Path incomplete = Files.createTempDirectory(directory.path(), INCOMPLETE_PREFIX);
        Path password = directory.path().resolve(INCOMPLETE_PREFIX + "password");
        try {
            Credentials.writePrivately(password, List.of(credentials.superuser().reveal()));
            var outcome = binaries.initdb(
                    "--pgdata=" + incomplete,
                    "--username=" + Credentials.SUPERUSER,
                    "--auth=scram-sha-256",
                    "--pwfile=" + password,
                    // PostgreSQL's own collation: the same order on every machine, independent of the C library.
                    "--encoding=UTF8",
                    "--no-locale",
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8",
                    // In the configuration file, not on the command line, so that ALTER SYSTEM can change it.
                    "--set=max_connections=" + MAX_CONNECTIONS,
                    directory.isEphemeral() ? "--no-sync" : "--sync-method=fsync");
            if (outcome.exitCode() != 0) {
                throw new EmbeddedDatabaseException(StartupFailureMessage.from(outcome.output(), directory.path()));
            }
            Files.move(incomplete, directory.cluster(), ATOMIC_MOVE);
            PostgresBinaries.BinaryArchive.sync(directory.path());
        } finally {
            Files.deleteIfExists(password);
            FileUtils.deleteQuietly(incomplete.toFile());
        }
    }

    private static void deleteIncomplete(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            entries.filter(entry -> entry.getFileName().toString().startsWith(INCOMPLETE_PREFIX))
                    .forEach(entry -> FileUtils.deleteQuietly(entry.toFile()));
        }
    }
}
