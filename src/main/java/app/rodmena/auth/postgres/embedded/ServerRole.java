package app.rodmena.auth.postgres.embedded;

import app.rodmena.auth.common.SqlState;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/** Creates the server's role and database. The role is not a superuser, but can see and cancel all sessions. */
final class ServerRole {
    static final String DATABASE = "auth";

    private ServerRole() {}

    static String url(int port, String database) {
        return "jdbc:postgresql://127.0.0.1:%s/%s?sslmode=disable".formatted(port, database);
    }

    /** Logs in as the server's role; creates the role and its database if missing. */
    static void ensure(int port, Credentials credentials) throws SQLException {
        try {
            logIn(port, credentials);
        } catch (SQLException e) {
            if (!SqlState.INVALID_PASSWORD.equals(e.getSQLState())
                    && !SqlState.NO_SUCH_DATABASE.equals(e.getSQLState())) {
                throw e;
            }
            create(port, credentials);
            logIn(port, credentials);
        }
    }

    private static void logIn(int port, Credentials credentials) throws SQLException {
        DriverManager.getConnection(
                        url(port, DATABASE),
                        Credentials.SERVER,
                        credentials.server().reveal())
                .close();
    }

    /** Each step is idempotent, so that an interrupted creation can be repeated. */
    private static void create(int port, Credentials credentials) throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                        url(port, "postgres"),
                        Credentials.SUPERUSER,
                        credentials.superuser().reveal());
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
                if (exists.next()) {
                    return;
                }
            }
            statement.execute("create database auth owner auth");
        }
    }
}
