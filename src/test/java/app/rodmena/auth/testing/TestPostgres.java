package app.rodmena.auth.testing;

import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.postgres.Secret;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;

/** One real PostgreSQL for all tests of a run; each test that asks gets an empty database of its own on it. */
public final class TestPostgres {
    private static final AtomicInteger DATABASES = new AtomicInteger();

    private TestPostgres() {}

    private static final class Server {
        static final EmbeddedPostgres RUNNING = start();

        private static EmbeddedPostgres start() {
            try {
                // Stops with this JVM; what must survive a crash is tested on servers of their own.
                return EmbeddedPostgres.builder()
                        .setServerConfig("max_connections", "220")
                        .start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** A new, empty database, reached as its superuser. */
    public static DatabaseTarget freshDatabase() {
        String name = "test_" + DATABASES.incrementAndGet();
        try (Connection admin = superuser();
                var statement = admin.createStatement()) {
            statement.execute("create database " + name);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return target(name);
    }

    private static DatabaseTarget target(String database) {
        return new DatabaseTarget(
                "jdbc:postgresql://127.0.0.1:%d/%s".formatted(Server.RUNNING.getPort(), database),
                "postgres",
                Secret.NONE);
    }

    /** The database that the server comes with, for tests that keep nothing in it. */
    public static DatabaseTarget sharedDatabase() {
        return target("postgres");
    }

    /** A connection of the test's own, to look at the server from outside. */
    public static Connection superuser() throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:%d/postgres".formatted(Server.RUNNING.getPort()), "postgres", "");
    }

    /** A connection of the test's own to a database. */
    public static Connection connect(DatabaseTarget target) throws SQLException {
        return DriverManager.getConnection(
                target.jdbcUrl(), target.user(), target.password().reveal());
    }
}
