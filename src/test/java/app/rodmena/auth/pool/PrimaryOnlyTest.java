package app.rodmena.auth.pool;

import static app.rodmena.auth.pool.TestPool.CALLER;
import static app.rodmena.auth.pool.event.PoolEventKind.CHECKIN;
import static app.rodmena.auth.pool.event.PoolEventKind.CHECKOUT;
import static app.rodmena.auth.pool.event.PoolEventKind.CLOSE;
import static app.rodmena.auth.pool.event.PoolEventKind.CONNECT;
import static app.rodmena.auth.pool.event.PoolEventKind.CONNECT_FAILED;
import static app.rodmena.auth.pool.event.PoolEventKind.SOFT_INVALIDATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.pool.event.RefusalReason;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.postgres.NoPrimaryException;
import app.rodmena.auth.postgres.Secret;
import app.rodmena.auth.testing.StandbyServer;
import app.rodmena.auth.testing.TestPostgres;
import app.rodmena.auth.testing.TestProxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The pool uses writable sessions on a primary, and no others. */
class PrimaryOnlyTest {
    private static final PoolSettings TWO = PoolSettings.DEFAULT.withSize(2, 0);
    private static final Duration RECOVERY = Duration.ofSeconds(2);
    private static StandbyServer servers;

    @BeforeAll
    static void start() throws Exception {
        servers = StandbyServer.start();
    }

    @AfterAll
    static void stop() throws Exception {
        servers.close();
    }

    @Test
    void standbySessionsAreRefusedUntilTheAddressLeadsToThePrimary() throws Exception {
        try (TestProxy proxy = new TestProxy(servers.standby());
                TestPool test = TestPool.at(proxy.target(), TWO)) {
            assertRefused(test, NoPrimaryException.Reason.STANDBY);
            assertThat(test.pool.opening().failure()).get().isInstanceOf(NoPrimaryException.class);
            proxy.moveTo(servers.primary());
            await().atMost(RECOVERY).until(() -> isAnswered(test));
        }
    }

    @Test
    void openPrimarySessionsAreUsedWhileTheAddressLeadsToAStandby() throws Exception {
        try (TestProxy proxy = new TestProxy(servers.primary());
                TestPool test = TestPool.at(proxy.target(), TWO)) {
            Lease first = test.checkout();
            proxy.moveTo(servers.standby());
            var second = test.pool.call(CALLER, PrimaryOnlyTest::isInRecovery).toCompletableFuture();
            await().until(() -> test.count(CONNECT_FAILED) > 1);
            assertThat(second).isNotDone();
            assertThat(isInRecovery(first.connection)).isFalse();
            proxy.moveTo(servers.primary());
            await().atMost(RECOVERY).until(second::isDone);
            assertThat(second.get()).isFalse();
            first.close();
        }
    }

    @Test
    void thePrimaryOfSeveralHostsIsUsed() throws Exception {
        try (TestPool test = TestPool.at(servers.standbyThenPrimary(), TWO);
                Lease lease = test.checkout()) {
            assertThat(isInRecovery(lease.connection)).isFalse();
        }
    }

    @Test
    void severalHostsWithoutAPrimaryAreAnOutageThatNamesThem() throws Exception {
        String standby = servers.standby().jdbcUrl();
        String host = standby.replaceAll(".*//|/.*", "");
        DatabaseTarget twice = new DatabaseTarget(standby.replace(host, host + "," + host), "postgres", Secret.NONE);
        try (TestPool test = TestPool.at(twice, TWO)) {
            assertRefused(test, NoPrimaryException.Reason.NONE_FOUND);
            assertThat(test.last(CONNECT_FAILED).cause()).endsWith("no primary among %s, %s".formatted(host, host));
        }
    }

    @Test
    void readOnlySessionsAreRefusedUntilWritableOnesExist() throws Exception {
        DatabaseTarget target = TestPostgres.freshDatabase();
        setReadOnly(target, "on");
        try (TestPool test = TestPool.at(target, TWO)) {
            assertRefused(test, NoPrimaryException.Reason.READ_ONLY);
            setReadOnly(target, "off");
            await().atMost(RECOVERY).until(() -> isAnswered(test));
        }
    }

    @Test
    void aSessionThatBecomesReadOnlyIsReplacedWithAllOthers() throws Exception {
        try (TestPool test = TestPool.with(TWO)) {
            Lease sibling = test.checkout();
            try (Lease lease = test.checkout()) {
                sibling.close();
                execute(lease.connection, "set default_transaction_read_only = on");
            }
            test.checkout().close();
            test.awaitCount(CLOSE, 2);
            assertThat(test.kindsOf(1)).containsExactly(CONNECT, CHECKOUT, CHECKIN, SOFT_INVALIDATE, CLOSE);
            assertThat(test.kindsOf(2)).containsExactly(CONNECT, CHECKOUT, SOFT_INVALIDATE, CHECKIN, CLOSE);
            assertThat(test.last(SOFT_INVALIDATE).cause()).contains("default_transaction_read_only");
        }
    }

    @Test
    void anIdleReadOnlySessionIsReplacedBeforeUse() throws Exception {
        DatabaseTarget target = servers.primary();
        PoolSettings settings = TWO.with(draft -> draft.prePing = PrePing.ALWAYS);
        try (TestPool test = TestPool.at(target, settings);
                Connection admin = TestPostgres.connect(target)) {
            test.checkout().close();
            try {
                setForAll(admin, "on");
                await().until(() -> {
                    var refusal = catchThrowableOfType(
                            NoConnectionException.class, () -> test.checkout().close());
                    return refusal != null && refusal.getCause() instanceof NoPrimaryException;
                });
            } finally {
                setForAll(admin, "off");
            }
            await().atMost(RECOVERY).until(() -> isAnswered(test));
        }
    }

    @Test
    void aWriteRefusedAsReadOnlyReplacesAllSessions() throws Exception {
        try (TestPool test = TestPool.with(TWO)) {
            var write = test.pool.call(CALLER, connection -> {
                execute(connection, "begin read only");
                return execute(connection, "create table no_such_luck (id int)");
            });
            assertThat(write.toCompletableFuture()
                            .handle((done, failure) -> failure)
                            .get())
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            failure -> assertThat(failure.getSQLState()).isEqualTo("25006"));
            test.awaitCount(CLOSE, 1);
            assertThat(test.kindsOf(1)).containsExactly(CONNECT, CHECKOUT, SOFT_INVALIDATE, CHECKIN, CLOSE);
        }
    }

    @Test
    void aTransactionMadeReadOnlyByItsCallerReplacesNothing() throws Exception {
        try (TestPool test = TestPool.with(TWO)) {
            var write = test.pool.call(CALLER, connection -> {
                connection.setReadOnly(true);
                connection.setAutoCommit(false);
                return execute(connection, "create table no_such_luck (id int)");
            });
            assertThat(write.toCompletableFuture()
                            .handle((done, failure) -> failure)
                            .get())
                    .isInstanceOf(SQLException.class);
            assertThat(test.count(SOFT_INVALIDATE)).isZero();
        }
    }

    private static void assertRefused(TestPool test, NoPrimaryException.Reason reason) {
        var refusal = catchThrowableOfType(NoConnectionException.class, test::checkout);
        assertThat(refusal.reason()).isEqualTo(RefusalReason.DATABASE_DOWN);
        assertThat(refusal.getCause()).isInstanceOfSatisfying(NoPrimaryException.class, cause -> {
            assertThat(cause.reason()).isEqualTo(reason);
            assertThat(cause.getSQLState()).isEqualTo("25006");
        });
        assertThat(test.count(CHECKOUT)).isZero();
        assertThat(test.count(CONNECT)).isZero();
    }

    private static void setReadOnly(DatabaseTarget target, String value) throws SQLException {
        String database = target.jdbcUrl().replaceAll(".*/", "");
        try (Connection admin = TestPostgres.superuser()) {
            execute(admin, "alter database %s set default_transaction_read_only = %s".formatted(database, value));
        }
    }

    private static void setForAll(Connection admin, String value) throws SQLException {
        execute(admin, "alter system set default_transaction_read_only = " + value);
        execute(admin, "select pg_reload_conf()");
    }

    private static boolean isInRecovery(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var result = statement.executeQuery("select pg_is_in_recovery()")) {
            result.next();
            return result.getBoolean(1);
        }
    }

    private static boolean isAnswered(TestPool test) {
        return test.pool
                .call(CALLER, PrimaryOnlyTest::isInRecovery)
                .toCompletableFuture()
                .handle((answer, failure) -> failure == null && !answer)
                .join();
    }

    private static boolean execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            return statement.execute(sql);
        }
    }
}
