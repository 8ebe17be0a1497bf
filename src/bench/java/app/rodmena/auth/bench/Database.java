package app.rodmena.auth.bench;

import app.rodmena.auth.database.DatabaseConfig;
import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.postgres.embedded.EmbeddedConfig;
import app.rodmena.auth.postgres.embedded.EmbeddedDatabase;
import app.rodmena.auth.postgres.embedded.EmbeddedDatabaseException;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;

/** The PostgreSQL of all contenders: the embedded one, fully durable, deleted at the end. */
final class Database implements AutoCloseable {
    private final EmbeddedDatabase server;
    private final long postmaster;

    private Database(EmbeddedDatabase server) throws SQLException {
        this.server = server;
        try (Connection connection = connect();
                var rows = connection.createStatement().executeQuery("select pg_backend_pid()")) {
            rows.next();
            this.postmaster = ProcFs.parentOf(rows.getLong(1));
        }
    }

    /** Starts it, creates the tables and inserts the data. */
    static Database start(Path directory, Dataset data) throws EmbeddedDatabaseException, SQLException {
        EmbeddedDatabase server = EmbeddedDatabase.start(new EmbeddedConfig(directory, true));
        try {
            Database database = new Database(server);
            try (DatabaseEngine engine =
                    new DatabaseEngine(new DatabaseConfig(server.target(), PoolSettings.DEFAULT, "bench-migrates"))) {
                engine.awaitFirstAttempt();
            }
            try (Connection connection = database.connect()) {
                data.seed(connection);
            }
            return database;
        } catch (Throwable e) {
            server.close();
            throw e;
        }
    }

    DatabaseTarget target() {
        return server.target();
    }

    String version() {
        return server.version();
    }

    /** The value for {@code --database-url}, with the password. */
    String url() {
        URI url = URI.create(target().jdbcUrl().substring("jdbc:".length()));
        return "postgresql://%s:%s@%s:%d%s"
                .formatted(target().user(), target().password().reveal(), url.getHost(), url.getPort(), url.getPath());
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection(
                target().jdbcUrl(), target().user(), target().password().reveal());
    }

    /** The CPU time of all its processes. */
    Duration cpu() {
        return ProcFs.cpuWithChildren(postmaster);
    }

    @Override
    public void close() {
        server.close();
    }
}
