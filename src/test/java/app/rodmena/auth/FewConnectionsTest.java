package app.rodmena.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.postgres.Secret;
import app.rodmena.auth.testing.TestPgBouncer;
import app.rodmena.auth.testing.TestPostgres;
import app.rodmena.auth.testing.TestServer;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A server that starts where it gets only a few connections. */
class FewConnectionsTest {
    @ParameterizedTest
    @CsvSource({"transaction, 1", "transaction, 2", "session, 2"})
    void itStartsBehindAPgBouncerWithAPoolOfOneOrTwo(String mode, int size) throws Exception {
        DatabaseTarget database = TestPostgres.freshDatabase();
        try (TestPgBouncer pooler = TestPgBouncer.start(database, settings(mode, size));
                TestServer server = TestServer.on(pooler.target())) {
            assertThat(server.get("/api/roles")).isEqualTo(200);
        }
    }

    @Test
    void itStartsAsARoleThatMayHaveTwoConnections() throws Exception {
        try (TestServer server = TestServer.on(limitedTo(2))) {
            assertThat(server.get("/api/roles")).isEqualTo(200);
        }
    }

    @Test
    void itSaysHowManyConnectionsItNeedsIfTheRoleMayHaveOne() throws Exception {
        DatabaseTarget database = limitedTo(1);

        assertThatThrownBy(() -> TestServer.on(database)).hasMessageContaining("needs at least 2 connections");
    }

    @Test
    void itSaysThatThePoolerGivesItNoServerConnection() throws Exception {
        try (TestPgBouncer pooler = TestPgBouncer.start(TestPostgres.freshDatabase(), settings("session", 1))) {
            DatabaseTarget database = pooler.target();

            // After connect_timeout, which is 10 s
            assertThatThrownBy(() -> TestServer.on(database))
                    .hasMessageContaining("at least 2 of its server connections");
        }
    }

    private static String settings(String mode, int size) {
        return "pool_mode = %s%ndefault_pool_size = %d".formatted(mode, size);
    }

    /** An empty database that belongs to a role with this connection limit. */
    private static DatabaseTarget limitedTo(int connections) throws SQLException {
        DatabaseTarget database = TestPostgres.freshDatabase();
        try (Connection admin = TestPostgres.connect(database);
                var statement = admin.createStatement()) {
            String role = "few_" + admin.getCatalog();
            statement.execute("create role %s login connection limit %d".formatted(role, connections));
            statement.execute("alter database %s owner to %s".formatted(admin.getCatalog(), role));
            statement.execute("grant all on schema public to " + role);
            return new DatabaseTarget(database.jdbcUrl(), role, Secret.NONE);
        }
    }
}
