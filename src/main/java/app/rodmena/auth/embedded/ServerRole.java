package app.rodmena.auth.embedded;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/** The role that the server works as, and its database: no superuser, but able to see and to cancel what others do. */
final class ServerRole {
    static final String DATABASE = "auth";

    /** What PostgreSQL answers where the role is missing, on purpose no other than for a wrong password. */
    static final String INVALID_PASSWORD = "28P01";

    private static final String NO_SUCH_DATABASE = "3D000";

    private ServerRole() {}

    static String url(int port, String database) {
        return "jdbc:postgresql://127.0.0.1:%s/%s?sslmode=disable".formatted(port, database);
    }

    /** Logs in as the server will; where the role or its database is not there yet, makes it. */
    static void ensure(int port, Logins logins) throws SQLException {
        try {
            logIn(port, logins);
        } catch (SQLException e) {
            if (!INVALID_PASSWORD.equals(e.getSQLState()) && !NO_SUCH_DATABASE.equals(e.getSQLState())) {
                throw e;
            }
            create(port, logins);
            logIn(port, logins);
        }
    }

    private static void logIn(int port, Logins logins) throws SQLException {
        DriverManager.getConnection(
                        url(port, DATABASE), Logins.SERVER, logins.server().reveal())
                .close();
    }

    /** Each step stands on its own, so that one who was killed in between can be continued. */
    private static void create(int port, Logins logins) throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                        url(port, "postgres"),
                        Logins.SUPERUSER,
                        logins.superuser().reveal());
                Statement statement = connection.createStatement()) {
            // Should it fail, the log must not show the password.
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
                    """.formatted(logins.server().reveal()));
            try (var exists = statement.executeQuery("select from pg_database where datname = 'auth'")) {
                if (exists.next()) {
                    return;
                }
            }
            statement.execute("create database auth owner auth");
        }
    }
}
