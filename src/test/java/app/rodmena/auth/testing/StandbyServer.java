package app.rodmena.auth.testing;

import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.postgres.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.apache.commons.io.FileUtils;

/** A primary and its hot standby, which follows by streaming replication. */
public final class StandbyServer implements AutoCloseable {
    private final Path directory;
    private final PostgresServer primary;
    private final PostgresServer standby;

    private StandbyServer(Path directory, PostgresServer primary, PostgresServer standby) {
        this.directory = directory;
        this.primary = primary;
        this.standby = standby;
    }

    /** Both are running and the standby accepts queries. */
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

    /** Both, the standby first, as one URL names them. */
    public DatabaseTarget standbyThenPrimary() {
        return target("127.0.0.1:%d,127.0.0.1:%d".formatted(standby.port(), primary.port()));
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
    public void close() {
        try {
            standby.close();
            primary.close();
        } finally {
            FileUtils.deleteQuietly(directory.toFile());
        }
    }
}
