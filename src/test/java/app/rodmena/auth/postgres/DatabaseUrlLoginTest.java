package app.rodmena.auth.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.testing.TestPostgres;
import java.net.URI;
import java.net.URLEncoder;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Logs in to a PostgreSQL that requires the password. */
class DatabaseUrlLoginTest {
    private static final String ROLE = "asked for a password";
    private static String server;

    @BeforeAll
    static void createRole() throws Exception {
        server = URI.create(TestPostgres.freshDatabase().jdbcUrl().substring("jdbc:".length()))
                .getAuthority();
        TestPostgres.createRole(ROLE, "first");
        try (Connection admin = TestPostgres.superuser();
                Statement statement = admin.createStatement()) {
            statement.execute("create database \"100%% mine?\" owner \"%s\"".formatted(ROLE));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "a#b%c", "100%25", "p@ss/w:rd?x=y&z", "two words+plus", "ünïcode…", "'\"\\;--"})
    void anyPercentEncodedPasswordLogsIn(String password) throws Exception {
        setPassword(password);

        assertLogsIn("postgresql://%s:%s@%s/%s".formatted(code(ROLE), code(password), server, code("100% mine?")));
        assertLogsIn("jdbc:postgresql://%s/%s?user=%s&password=%s"
                .formatted(server, code("100% mine?"), code(ROLE), code(password)));
    }

    @Test
    void aPasswordFromAnotherSourceLogsIn() throws Exception {
        setPassword("from elsewhere");
        DatabaseUrl url = DatabaseUrl.parse("postgresql://%s@%s/postgres".formatted(code(ROLE), server));

        try (Connection connection = TestPostgres.connect(
                url.withPassword(Secret.of("from elsewhere")).target())) {
            assertThat(connection.isValid(1)).isTrue();
        }
    }

    @Test
    void requiredTlsFailsIfTheServerHasNone() {
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> connect("postgresql://postgres@%s/postgres?sslmode=require".formatted(server)))
                .withMessageContaining("SSL");
    }

    @Test
    void optionsReachTheSession() throws Exception {
        try (Connection connection =
                        connect("postgresql://postgres@%s/postgres?options=-c%%20work_mem%%3D7MB".formatted(server));
                Statement statement = connection.createStatement()) {
            assertThat(one(statement, "show work_mem")).isEqualTo("7MB");
        }
    }

    @Test
    void theNextHostIsTriedIfTheFirstIsDown() throws Exception {
        // The driver would skip the other host for 10 s too, because logins of other tests fail on it; with 0 s it
        // still
        // does within the same millisecond.
        String url = "postgresql://postgres@127.0.0.1:1,%s/postgres?hostRecheckSeconds=0".formatted(server);
        try (Connection connection = await().ignoreExceptions().until(() -> connect(url), Objects::nonNull)) {
            assertThat(connection.isValid(1)).isTrue();
        }
    }

    private static void assertLogsIn(String url) throws SQLException {
        try (Connection connection = connect(url);
                Statement statement = connection.createStatement()) {
            assertThat(one(statement, "select current_user || ' at ' || current_database()"))
                    .isEqualTo(ROLE + " at 100% mine?");
        }
    }

    private static Connection connect(String url) throws SQLException {
        return TestPostgres.connect(DatabaseUrl.parse(url).target());
    }

    private static void setPassword(String password) throws SQLException {
        TestPostgres.setPassword(ROLE, password);
    }

    private static String one(Statement statement, String sql) throws SQLException {
        try (ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getString(1);
        }
    }

    private static String code(String text) {
        return URLEncoder.encode(text, UTF_8).replace("+", "%20");
    }
}
