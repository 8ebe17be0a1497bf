package app.rodmena.auth.testing;

import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.postgres.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.apache.commons.io.FileUtils;

/** A primary and a hot standby with streaming replication. */
public final class StandbyServer implements AutoCloseable {
    private final Path directory;
    private final PostgresServer primary;
    private final PostgresServer standby;

    private StandbyServer(Path directory, PostgresServer primary, PostgresServer standby) {
        this.directory = directory;
        this.primary = primary;
        this.standby = standby;
    }

    /** Starts both servers; returns when both accept queries. */
    public static StandbyServer start() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("auth-standby-");
        PostgresServer primary = PostgresServer.start(directory);
        try {
            return new StandbyServer(directory, primary, primary.standby());
        } catch (IOException | InterruptedException | RuntimeException e) {
            primary.close();
            FileUtils.deleteQuietly(directory.toFile());
            throw e;
        }
    }

    public DatabaseTarget primary() {
        return target("127.0.0.1:" + primary.port());
    }

    public DatabaseTarget standby() {
        return target("127.0.0.1:" + standby.port());
    }

    /** Both servers in one URL, the standby first. */
    public DatabaseTarget standbyThenPrimary() {
        return target("127.0.0.1:%d,127.0.0.1:%d".formatted(standby.port(), primary.port()));
    }

    /** Pauses replay: the standby's data stays as it is now. */
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
    public void close() {
        try {
            standby.close();
            primary.close();
        } finally {
            FileUtils.deleteQuietly(directory.toFile());
        }
    }
}
