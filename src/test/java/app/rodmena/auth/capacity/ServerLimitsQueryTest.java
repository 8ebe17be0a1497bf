package app.rodmena.auth.capacity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.capacity.CapacityPlan.ConnectionDemand;
import app.rodmena.auth.capacity.ConnectionLimits.ConnectionLimit;
import app.rodmena.auth.capacity.ConnectionLimits.ConnectionLimit.Kind;
import app.rodmena.auth.capacity.ConnectionLimits.MaxConnections;
import app.rodmena.auth.capacity.Fleet.FleetMember;
import app.rodmena.auth.postgres.Connector;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.postgres.Secret;
import app.rodmena.auth.postgres.SessionOptions;
import app.rodmena.auth.testing.TestPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ServerLimitsQueryTest {
    private final DatabaseTarget database = TestPostgres.freshDatabase();

    @Test
    void theServersLimitsAreRead() throws SQLException {
        try (Connection connection = TestPostgres.connect(database)) {
            ConnectionLimits limits = ServerLimitsQuery.of(connection);

            // pendingRestart is not asserted: the test below sets it, and it stays set.
            assertThat(limits.maxConnections().value()).isEqualTo(220);
            assertThat(limits.maxConnections().onCommandLine()).isTrue();
            assertThat(limits.superuserReserved()).isEqualTo(3);
            assertThat(limits.reserved()).isZero();
            assertThat(limits.bounds()).extracting(ConnectionLimit::kind).containsExactly(Kind.MAX_CONNECTIONS);
            assertThat(limits.server().orElseThrow().database()).isEqualTo(nameOf(connection));
        }
    }

    @Test
    void aRoleWithoutPrivilegesReportsWhatIsHidden() throws SQLException {
        String role = "plain_" + nameOf(database);
        try (Connection admin = TestPostgres.connect(database);
                Statement statement = admin.createStatement()) {
            statement.execute("create role %s login connection limit 7".formatted(role));
            statement.execute("alter database %s connection limit 50".formatted(nameOf(database)));
            DatabaseTarget plain = new DatabaseTarget(database.jdbcUrl(), role, Secret.NONE);
            try (Connection monitor = named(database, "auth/cap-1/5+5");
                    Connection pooled = named(database, "auth/cap-1");
                    Connection own = TestPostgres.connect(plain);
                    Connection other = TestPostgres.connect(plain)) {
                assertThat(monitor.isValid(1) && pooled.isValid(1) && other.isValid(1))
                        .isTrue();

                ConnectionLimits limits = ServerLimitsQuery.of(own);

                assertThat(limits.bounds())
                        .contains(new ConnectionLimit(Kind.ROLE_LIMIT, 7, 0, 1, 0))
                        .contains(new ConnectionLimit(Kind.DATABASE_LIMIT, 50, 0, 2, 5 + 5 + 1));
                assertThat(limits.server().orElseThrow().hidden()).isPositive();
            } finally {
                statement.execute("drop role " + role);
            }
        }
    }

    @Test
    void eachLimitCountsTheServersOfItsRoleOrDatabase() throws SQLException {
        String role = "lim_" + nameOf(database);
        DatabaseTarget elsewhere = TestPostgres.freshDatabase();
        try (Connection admin = TestPostgres.connect(database);
                Statement statement = admin.createStatement()) {
            statement.execute("create role %s login connection limit 11".formatted(role));
            statement.execute("alter database %s connection limit 30".formatted(nameOf(database)));
            DatabaseTarget limited = new DatabaseTarget(database.jdbcUrl(), role, Secret.NONE);
            try (Connection otherRole = named(database, "auth/other-role/6+4");
                    Connection otherDatabase = named(elsewhere, "auth/other-database/9+9");
                    Connection own = named(limited, "auth/lim/5+5")) {
                assertThat(otherRole.isValid(1) && otherDatabase.isValid(1)).isTrue();

                Fleet fleet = ServerLimitsQuery.fleet(own);
                CapacityPlan plan = new CapacityPlan(new ConnectionDemand(1, 5, 5), ServerLimitsQuery.of(own));

                assertThat(fleet.members()).extracting(FleetMember::instance).containsExactly("lim");
                assertThat(fleet.headroom()).isZero();
                assertThat(plan.headroom()).isZero();
                assertThat(fleet.limits().bounds())
                        .satisfiesExactly(
                                server ->
                                        assertThat(server.otherFleets()).isGreaterThanOrEqualTo(6 + 4 + 1 + 9 + 9 + 1),
                                roleLimit -> assertThat(roleLimit)
                                        .isEqualTo(new ConnectionLimit(Kind.ROLE_LIMIT, 11, 0, 0, 0)),
                                databaseLimit -> assertThat(databaseLimit)
                                        .isEqualTo(new ConnectionLimit(Kind.DATABASE_LIMIT, 30, 0, 1, 6 + 4 + 1)));
            } finally {
                statement.execute("drop role " + role);
            }
        }
    }

    @Test
    void aPendingRestartIsReported() throws SQLException {
        try (Connection admin = TestPostgres.connect(database);
                Statement statement = admin.createStatement()) {
            statement.execute("alter system set max_connections = 300");
            try {
                statement.execute("select pg_reload_conf()");

                await().untilAsserted(() -> {
                    assertThat(ServerLimitsQuery.of(admin).maxConnections())
                            .isEqualTo(new MaxConnections(220, true, true, Optional.of(300)));
                });
            } finally {
                statement.execute("alter system reset max_connections");
                statement.execute("select pg_reload_conf()");
            }
        }
    }

    private static Connection named(DatabaseTarget target, String applicationName) throws SQLException {
        Duration soon = Duration.ofSeconds(5);
        return new Connector(target)
                .open(new SessionOptions(applicationName, Optional.empty(), soon, Optional.of(soon)));
    }

    private static String nameOf(DatabaseTarget target) throws SQLException {
        try (Connection connection = TestPostgres.connect(target)) {
            return nameOf(connection);
        }
    }

    private static String nameOf(Connection connection) throws SQLException {
        return connection.getCatalog();
    }
}
