package app.rodmena.auth.testing;

import static org.awaitility.Awaitility.await;

import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.postgres.Secret;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;

/** One PostgreSQL server for all tests of a run; each test creates empty databases of its own on it. Thread-safe. */
public final class TestPostgres {
    private static final AtomicInteger DATABASES = new AtomicInteger();

    private TestPostgres() {}

    private static final class Server {
        static final EmbeddedPostgres RUNNING = start();

        private static EmbeddedPostgres start() {
            try {
                // Stops with this JVM; crash tests use servers of their own.
                return EmbeddedPostgres.builder()
                        .setServerConfig("max_connections", "220")
                        // The default takes 20 ms in a JVM without the optimizing compiler
                        .setServerConfig("scram_iterations", "1")
                        // With dozens of databases, its launcher starts a worker every second
                        .setServerConfig("autovacuum", "off")
                        .start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Creates an empty database; returns it with the superuser's login. */
    public static DatabaseTarget freshDatabase() {
        return copyOf("template1");
    }

    /** Creates a copy of a database without sessions. */
    static DatabaseTarget copyOf(String template) {
        String name = "test_" + DATABASES.incrementAndGet();
        try (Connection admin = superuser();
                var statement = admin.createStatement()) {
            // Half the CPU time of the default, which writes every page to the write-ahead log.
            statement.execute("create database %s template %s strategy file_copy".formatted(name, template));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return target(name);
    }

    /** Creates a login role that must log in with this password; other roles of this server need none. */
    public static void createRole(String role, String password) throws Exception {
        try (Connection admin = superuser();
                Statement statement = admin.createStatement()) {
            statement.execute("create role %s login".formatted(statement.enquoteIdentifier(role, true)));
            Path rules = Path.of(one(statement, "show hba_file"));
            Files.writeString(rules, "host all \"%s\" all scram-sha-256\n".formatted(role) + Files.readString(rules));
            statement.execute("select pg_reload_conf()");
        }
        setPassword(role, password);
        // Wait until the postmaster applies the reloaded rules.
        DatabaseTarget shared = sharedDatabase();
        await().until(() -> {
            try (Connection wrong = connect(new DatabaseTarget(shared.jdbcUrl(), role, Secret.of("not " + password)))) {
                return wrong == null;
            } catch (SQLException e) {
                return "28P01".equals(e.getSQLState());
            }
        });
    }

    public static void setPassword(String role, String password) throws SQLException {
        try (Connection admin = superuser();
                Statement statement = admin.createStatement()) {
            statement.execute("alter role %s password %s"
                    .formatted(statement.enquoteIdentifier(role, true), statement.enquoteLiteral(password)));
        }
    }

    private static String one(Statement statement, String sql) throws SQLException {
        try (ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getString(1);
        }
    }

    private static DatabaseTarget target(String database) {
        return new DatabaseTarget(
                "jdbc:postgresql://127.0.0.1:%d/%s".formatted(Server.RUNNING.getPort(), database),
                "postgres",
                Secret.NONE);
    }

    /** The database {@code postgres}, for tests that store nothing in it. */
    public static DatabaseTarget sharedDatabase() {
        return target("postgres");
    }

    /** The directory of this server's programs. */
    public static Path programs() {
        try (Connection connection = superuser();
                Statement statement = connection.createStatement()) {
            return Path.of(one(statement, "select setting from pg_config where name = 'BINDIR'"));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Opens a superuser connection of the test's own, independent of the tested server. */
    public static Connection superuser() throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:%d/postgres".formatted(Server.RUNNING.getPort()), "postgres", "");
    }

    /** Opens a connection of the test's own to a database. */
    public static Connection connect(DatabaseTarget target) throws SQLException {
        return DriverManager.getConnection(
                target.jdbcUrl(), target.user(), target.password().reveal());
    }
}
