package app.rodmena.auth.testing;

import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.postgres.Secret;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import org.apache.commons.io.FileUtils;

/** A primary and its hot standby, which follows by streaming replication. */
public final class StandbyServer implements AutoCloseable {
    private final Path directory;
    private final EmbeddedPostgres primary;
    private final EmbeddedPostgres standby;

    private StandbyServer(Path directory, EmbeddedPostgres primary, EmbeddedPostgres standby) {
        this.directory = directory;
        this.primary = primary;
        this.standby = standby;
    }

    /** Both are running and the standby accepts queries. */
    public static StandbyServer start() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("auth-standby-");
        Path first = directory.resolve("primary");
        Path second = directory.resolve("standby");
        EmbeddedPostgres primary = null;
        try {
            // A copy of a stopped server is all that a standby needs, and there is no pg_basebackup here.
            server(first).start().close();
            Process copy = new ProcessBuilder("cp", "-a", first.toString(), second.toString())
                    .inheritIO()
                    .start();
            if (copy.waitFor() != 0) {
                throw new IOException("cannot copy the data directory");
            }
            primary = server(first).start();
            Files.createFile(second.resolve("standby.signal"));
            Files.writeString(
                    second.resolve("postgresql.auto.conf"),
                    "primary_conninfo = 'host=127.0.0.1 port=%d user=postgres'%n".formatted(primary.getPort()),
                    StandardOpenOption.APPEND);
            return new StandbyServer(directory, primary, server(second).start());
        } catch (IOException | InterruptedException | RuntimeException e) {
            if (primary != null) {
                primary.close();
            }
            FileUtils.deleteQuietly(directory.toFile());
            throw e;
        }
    }

    private static EmbeddedPostgres.Builder server(Path directory) {
        return EmbeddedPostgres.builder()
                .setDataDirectory(directory)
                .setCleanDataDirectory(false)
                .setServerConfig("max_connections", "100");
    }

    public DatabaseTarget primary() {
        return target("127.0.0.1:" + primary.getPort());
    }

    public DatabaseTarget standby() {
        return target("127.0.0.1:" + standby.getPort());
    }

    /** Both, the standby first, as one URL names them. */
    public DatabaseTarget standbyThenPrimary() {
        return target("127.0.0.1:%d,127.0.0.1:%d".formatted(standby.getPort(), primary.getPort()));
    }

    /** From now on the standby's answers are of this moment. */
    public void pauseReplay() throws SQLException {
        onStandby("select pg_wal_replay_pause()");
    }

    public void resumeReplay() throws SQLException {
        onStandby("select pg_wal_replay_resume()");
    }

    private void onStandby(String sql) throws SQLException {
        try (Connection connection = TestPostgres.connect(standby());
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static DatabaseTarget target(String servers) {
        return new DatabaseTarget("jdbc:postgresql://%s/postgres".formatted(servers), "postgres", Secret.NONE);
    }

    @Override
    public void close() throws IOException {
        try {
            standby.close();
            primary.close();
        } finally {
            FileUtils.deleteQuietly(directory.toFile());
        }
    }
}
