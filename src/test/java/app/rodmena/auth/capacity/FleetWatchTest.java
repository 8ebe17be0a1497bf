package app.rodmena.auth.capacity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.capacity.Fleet.FleetMember;
import app.rodmena.auth.postgres.Connector;
import app.rodmena.auth.postgres.SessionOptions;
import app.rodmena.auth.testing.JmxClient;
import app.rodmena.auth.testing.TestServer;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import javax.management.Attribute;
import javax.management.JMException;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One server, and sessions that simulate other servers. */
class FleetWatchTest {
    private TestServer server;
    private JmxClient client;

    @BeforeEach
    void start() throws Exception {
        server = TestServer.start();
        client = new JmxClient("ada");
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        server.close();
    }

    @Test
    void membersAreCountedByTheirAnnouncedMaximum() throws Exception {
        try (Connection monitor = named("auth/one/3+4");
                Connection pooled = named("auth/one");
                Connection lost = named("auth/without-monitor");
                Connection other = named("psql")) {
            Fleet fleet = ServerLimitsQuery.fleet(other);

            assertThat(monitor.isValid(1) && pooled.isValid(1) && lost.isValid(1))
                    .isTrue();
            assertThat(fleet.members())
                    .contains(new FleetMember("one", 1, "3+4", 7, 1, 0, 0))
                    .contains(new FleetMember("without-monitor", 0, "", 0, 1, 0, 0))
                    .anyMatch(member -> member.instance().equals("test") && member.share() == 5 + 5 + 1);
            assertThat(fleet.committed()).isGreaterThanOrEqualTo(8 + 1 + 11);
        }
    }

    @Test
    void anUndecidedMemberHasNoShare() throws Exception {
        try (Connection newcomer = named("auth/new/3+4")) {
            assertThat(FleetQueries.queryBoolean(newcomer, FleetQueries.MARK)).isTrue();
            assertThat(FleetQueries.queryBoolean(newcomer, FleetQueries.MARK)).isTrue();
            assertThat(ServerLimitsQuery.fleet(newcomer).members()).contains(new FleetMember("new", 0, "", 0, 0, 0, 1));

            FleetQueries.queryBoolean(newcomer, FleetQueries.UNMARK);

            assertThat(ServerLimitsQuery.fleet(newcomer).members())
                    .contains(new FleetMember("new", 1, "3+4", 7, 0, 0, 0));
        }
    }

    @Test
    void growthIsRefusedIfItDoesNotFitAndAnnouncedOtherwise() throws Exception {
        assertThatThrownBy(() -> set("MaxOverflow", 900))
                .hasStackTraceContaining("max_overflow: 900; would be 895 connections more, of which the fleet has")
                .hasStackTraceContaining("max_connections 220, 3 reserved");
        assertThat(get("PoolSettings,name=auth", "MaxOverflow")).isEqualTo(5);

        set("MaxOverflow", 7);

        assertThat(get("PoolSettings,name=auth", "MaxOverflow")).isEqualTo(7);
        try (Connection other = named("psql")) {
            await().until(() -> ServerLimitsQuery.fleet(other).members().stream()
                    .anyMatch(member ->
                            member.instance().equals("test") && member.pools().equals("5+7")));
        }
    }

    @Test
    void anAdvisoryLockOfAnotherSessionDelaysAResizeForSecondsOnly() throws Exception {
        try (Connection stuck = named("psql")) {
            assertThat(FleetQueries.queryBoolean(stuck, FleetQueries.TRY_TURN)).isTrue();

            set("MaxOverflow", 6);

            assertThat(get("PoolSettings,name=auth", "MaxOverflow")).isEqualTo(6);
        }
    }

    @Test
    void theMBeanShowsTheFleet() {
        await().untilAsserted(() -> {
            assertThat(get("Fleet", "Problem")).isEqualTo("");
            assertThat((int) get("Fleet", "Processes")).isPositive();
            assertThat((int) get("Fleet", "Committed")).isGreaterThanOrEqualTo(11);
            assertThat(get("Fleet", "MaxConnections")).isEqualTo(220);
        });
    }

    @Test
    void whatIfAcceptsOtherFleetsAndRefusesInvalidNumbers() throws Exception {
        assertThatThrownBy(() -> client.invoke("type=Capacity,name=auth", "whatIf", 8, 5, 100.0))
                .hasStackTraceContaining("fewer than 100 connections were used in the last minute");
        for (int i = 0; i < 120; i++) {
            server.get("/api/roles");
        }

        CompositeData calm = (CompositeData) client.invoke("type=Capacity,name=auth", "whatIf", 2, 5, 1.0);
        CompositeData wild = (CompositeData) client.invoke("type=Capacity,name=auth", "whatIf", 2, 5, 1e9);

        assertThat((double) calm.get("p99WaitMillis")).isZero();
        assertThat(calm.get("connections")).isEqualTo(2 * (5 + 1));
        assertThat((double) wild.get("utilisation")).isGreaterThan(1);
        assertThat((double) wild.get("meanWaitMillis")).isEqualTo(-1);
        assertThat((double) wild.get("saturation")).isCloseTo((double) calm.get("saturation"), within(1.0));
        assertThatThrownBy(() -> client.invoke("type=Capacity,name=auth", "whatIf", 0, 5, 1.0))
                .hasStackTraceContaining("workers: 0; must be 1 to 10000");
        assertThatThrownBy(() -> client.invoke("type=Capacity,name=auth", "whatIf", 1, 5, Double.NaN))
                .hasStackTraceContaining("requestsPerSecond: NaN; must be 0 to 1000000000");
    }

    private Object get(String bean, String attribute) throws IOException, JMException {
        return client.get("type=" + bean, attribute);
    }

    private void set(String attribute, Object value) throws IOException, JMException {
        client.connection()
                .setAttribute(
                        new ObjectName("app.rodmena.auth:type=PoolSettings,name=auth"),
                        new Attribute(attribute, value));
    }

    private Connection named(String applicationName) throws SQLException {
        Duration soon = Duration.ofSeconds(5);
        return new Connector(server.target)
                .open(new SessionOptions(applicationName, Optional.empty(), soon, Optional.of(soon)));
    }
}
