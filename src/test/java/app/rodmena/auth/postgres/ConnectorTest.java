package app.rodmena.auth.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.rodmena.auth.testing.TestPostgres;
import app.rodmena.auth.testing.TestProxy;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.slf4j.LoggerFactory;

class ConnectorTest {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    private static final SessionOptions POOLED = new SessionOptions(
            "connector-test",
            Optional.of(Duration.ofMillis(1_234)),
            Duration.ofSeconds(5),
            Optional.of(Duration.ofMillis(4_321)));

    @Test
    void optionsAreSetByTheStartupPacket() throws Exception {
        Connector connector = new Connector(TestPostgres.sharedDatabase());
        try (Connection connection = connector.open(POOLED)) {
            assertThat(show(connection, "application_name")).isEqualTo("connector-test");
            assertThat(show(connection, "statement_timeout")).isEqualTo("1234ms");
            assertThat(connection.getNetworkTimeout()).isEqualTo(4_321);
            assertThat(connector.backendPid(connection)).isEqualTo(ask(connection, "select pg_backend_pid()"));
        }
    }

    @Test
    void aLoginIsOverdueAfterTwiceTheTimeOfTheLastOne() throws Exception {
        Duration usual = Duration.ofSeconds(3);
        try (TestProxy proxy = new TestProxy(TestPostgres.sharedDatabase())) {
            Connector connector = new Connector(proxy.target());
            assertThat(connector.isLoginOverdue(usual, CONNECT_TIMEOUT))
                    .as("it may be behind a pooler")
                    .isFalse();
            connector.open(POOLED).close();
            assertThat(connector.isLoginOverdue(Duration.ofSeconds(1), CONNECT_TIMEOUT))
                    .isFalse();
            assertThat(connector.isLoginOverdue(usual, CONNECT_TIMEOUT)).isTrue();

            proxy.delay(Duration.ofMillis(500));
            connector.open(POOLED).close();

            assertThat(connector.lastLogin()).isGreaterThan(usual.dividedBy(2));
            assertThat(connector.isLoginOverdue(usual, CONNECT_TIMEOUT)).isFalse();
            assertThat(connector.isLoginOverdue(connector.lastLogin().multipliedBy(3), CONNECT_TIMEOUT))
                    .isTrue();
        }
    }

    @Test
    void withoutItsOwnLimitsASessionHasTheServers() throws Exception {
        SessionOptions unlimited =
                new SessionOptions("connector-test", Optional.empty(), Duration.ofSeconds(5), Optional.empty());
        try (Connection connection = new Connector(TestPostgres.sharedDatabase()).open(unlimited)) {
            assertThat(show(connection, "statement_timeout")).isEqualTo("0");
            assertThat(connection.getNetworkTimeout()).isZero();
        }
    }

    @Test
    void sessionsPreferIndexesUnlessTheUrlSetsOtherwise() throws Exception {
        DatabaseTarget shared = TestPostgres.sharedDatabase();
        Connector disks = new Connector(new DatabaseTarget(
                shared.jdbcUrl() + "?options=-c%20random_page_cost=4", shared.user(), shared.password()));

        try (Connection ours = new Connector(shared).open(POOLED);
                Connection theirs = disks.open(POOLED)) {
            assertThat(show(ours, "random_page_cost")).isEqualTo("1.1");
            assertThat(show(theirs, "random_page_cost")).isEqualTo("4");
        }
    }

    @Test
    void optionsOfTheUrlAreKept() throws Exception {
        DatabaseTarget shared = TestPostgres.sharedDatabase();
        Connector connector = new Connector(
                new DatabaseTarget(shared.jdbcUrl() + "?options=-c%20work_mem=7MB", shared.user(), shared.password()));
        try (Connection connection = connector.open(POOLED)) {
            assertThat(show(connection, "work_mem")).isEqualTo("7MB");
            assertThat(show(connection, "statement_timeout")).isEqualTo("1234ms");
        }
    }

    @Test
    void connectsWithoutStartupOptionsIfTheyAreRefused() throws Exception {
        assertConnectsWithoutOptions(TestProxy::refuseOptions, "refuses start-up options");
    }

    @Test
    void connectsWithoutStartupOptionsIfTheyAreIgnored() throws Exception {
        assertConnectsWithoutOptions(TestProxy::ignoreOptions, "ignores start-up options");
    }

    private static void assertConnectsWithoutOptions(Consumer<TestProxy> as, String said) throws SQLException {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger("auth.database");
        log.start();
        logger.addAppender(log);
        try (TestProxy proxy = new TestProxy(TestPostgres.sharedDatabase())) {
            as.accept(proxy);
            Connector connector = new Connector(proxy.target());
            for (int i = 0; i < 3; i++) {
                try (Connection connection = connector.open(POOLED)) {
                    assertThat(show(connection, "statement_timeout")).isEqualTo("0");
                    assertThat(connector.backendPid(connection)).isZero();
                    assertThat(connection.unwrap(PGConnection.class).getPrepareThreshold())
                            .isZero();
                }
            }
            assertThat(log.list)
                    .filteredOn(line -> line.getFormattedMessage().contains("ALTER ROLE"))
                    .singleElement()
                    .satisfies(line -> assertThat(line.getFormattedMessage()).contains(said));
        } finally {
            logger.detachAppender(log);
        }
    }

    @Test
    void anInvalidUrlIsRefused() {
        assertThatThrownBy(() -> new Connector(new DatabaseTarget("jdbc:mysql://db/x", "u", Secret.NONE)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static String show(Connection connection, String setting) throws SQLException {
        try (var statement = connection.createStatement();
                var result = statement.executeQuery("show " + setting)) {
            result.next();
            return result.getString(1);
        }
    }

    private static int ask(Connection connection, String question) throws SQLException {
        try (var statement = connection.createStatement();
                var result = statement.executeQuery(question)) {
            result.next();
            return result.getInt(1);
        }
    }
}
