package app.rodmena.auth.pool;

import static app.rodmena.auth.pool.event.PoolEventKind.CLOSE;
import static app.rodmena.auth.pool.event.PoolEventKind.CONNECT_FAILED;
import static app.rodmena.auth.pool.event.PoolEventKind.INVALIDATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import app.rodmena.auth.pool.event.RefusalReason;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.postgres.Secret;
import app.rodmena.auth.testing.TestPostgres;
import app.rodmena.auth.testing.TestProxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** statement_timeout, connect_timeout, socket_timeout: no thread blocks forever. */
class TimeLimitsTest {
    private static final PoolSettings SHORT = PoolSettings.DEFAULT
            .withSize(1, 0)
            .with(draft -> {
                draft.statementTimeout = Duration.ofMillis(150);
                draft.connectTimeout = Duration.ofSeconds(1);
                draft.socketTimeout = Duration.ofMillis(400);
            });

    @Test
    void postgresCancelsAStatementAfterStatementTimeout() throws Exception {
        try (TestPool test = TestPool.with(SHORT);
                Lease lease = test.checkout();
                var statement = lease.connection.createStatement()) {
            var cancelled = catchThrowableOfType(SQLException.class, () -> statement.execute("select pg_sleep(60)"));
            assertThat(cancelled.getSQLState()).isEqualTo("57014");
            try (var shown = statement.executeQuery(
                    "select setting, source from pg_settings where name = 'statement_timeout'")) {
                shown.next();
                assertThat(shown.getString("setting")).isEqualTo("150");
                assertThat(shown.getString("source")).isEqualTo("client");
            }
            assertThat(test.count(INVALIDATE)).isZero();
        }
    }

    @Test
    void aSilentServerCostsSocketTimeoutAndTheConnectionIsReplaced() throws Exception {
        try (TestProxy proxy = new TestProxy(TestPostgres.sharedDatabase());
                TestPool test = TestPool.at(proxy.target(), SHORT)) {
            try (Lease lease = test.checkout();
                    var statement = lease.connection.createStatement()) {
                proxy.freeze();
                long started = System.nanoTime();
                assertThat(catchThrowableOfType(SQLException.class, () -> statement.execute("select 1"))
                                .getSQLState())
                        .startsWith("08");
                assertThat(Duration.ofNanos(System.nanoTime() - started))
                        .isBetween(Duration.ofMillis(400), Duration.ofSeconds(10));
            }
            proxy.thaw();
            test.awaitCount(CLOSE, 1);
            try (Lease lease = test.checkout()) {
                assertThat(lease.physical.id).isEqualTo(2);
            }
        }
    }

    @Test
    void aCallersValidationWithoutALimitWaitsForASlowNetwork() throws Exception {
        try (TestProxy proxy = new TestProxy(TestPostgres.sharedDatabase());
                TestPool test = TestPool.at(proxy.target(), PoolSettings.DEFAULT);
                Lease lease = test.checkout()) {
            proxy.delay(Duration.ofMillis(50));
            assertThat(lease.connection.isValid(0)).isTrue();
        }
    }

    @Test
    void aServerThatNeverAnswersALoginCostsConnectTimeout() throws Exception {
        try (TestProxy proxy = new TestProxy(TestPostgres.sharedDatabase())) {
            proxy.freeze();
            connectingFailsInTime(proxy.target());
        }
    }

    @Test
    void aServerThatDoesNotAcceptCostsConnectTimeout() throws Exception {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        List<SocketChannel> fill = new ArrayList<>();
        try (ServerSocket full = new ServerSocket(0, 1, loopback)) {
            for (int i = 0; i < 4; i++) {
                SocketChannel channel = SocketChannel.open();
                channel.configureBlocking(false);
                fill.add(channel);
                channel.connect(new InetSocketAddress(loopback, full.getLocalPort()));
            }
            connectingFailsInTime(new DatabaseTarget(
                    "jdbc:postgresql://%s:%d/nothing".formatted(loopback.getHostAddress(), full.getLocalPort()),
                    "nobody",
                    Secret.NONE));
        } finally {
            for (SocketChannel channel : fill) {
                channel.close();
            }
        }
    }

    private static void connectingFailsInTime(DatabaseTarget target) throws Exception {
        try (TestPool test = TestPool.at(target, SHORT)) {
            var refusal = catchThrowableOfType(NoConnectionException.class, test::checkout);
            assertThat(refusal.reason()).isEqualTo(RefusalReason.DATABASE_DOWN);
            test.awaitCount(CONNECT_FAILED, 1);
            assertThat(test.last(CONNECT_FAILED).took()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(10));
        }
    }
}
