package app.rodmena.auth.pool;

import static app.rodmena.auth.pool.TestPool.CALLER;
import static app.rodmena.auth.pool.event.PoolEventKind.CLOSE;
import static app.rodmena.auth.pool.event.PoolEventKind.CONNECT;
import static app.rodmena.auth.pool.event.PoolEventKind.CONNECT_FAILED;
import static app.rodmena.auth.pool.event.PoolEventKind.TIMEOUT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.pool.event.RefusalReason;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.postgres.Secret;
import app.rodmena.auth.testing.TestPostgres;
import app.rodmena.auth.testing.TestProxy;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** PostgreSQL is down for a while, or refuses further connections. */
class OutageTest {
    private static final Duration SOON = Duration.ofSeconds(2);

    @Test
    void anOutageRefusesWaitingAndNewCallersUntilTheServerIsBack() throws Exception {
        try (TestProxy proxy = new TestProxy(TestPostgres.sharedDatabase());
                TestPool test = TestPool.at(proxy.target(), PoolSettings.DEFAULT.withSize(2, 0))) {
            Lease returned = test.checkout();
            Lease busy = test.checkout();
            returned.close();
            List<CompletableFuture<?>> waiting = new ArrayList<>();
            proxy.stop();
            for (int i = 0; i < 20; i++) {
                waiting.add(test.pool
                        .call(CALLER, connection -> connection.createStatement().execute("select 1"))
                        .toCompletableFuture());
            }
            busy.connection.setAutoCommit(false);
            assertThat(catchThrowableOfType(
                            Exception.class,
                            () -> busy.connection.createStatement().execute("select 1")))
                    .isNotNull();
            busy.close();

            await().atMost(SOON).until(() -> waiting.stream().allMatch(CompletableFuture::isDone));
            assertThat(test.pool.snapshot()).isEqualTo(new PoolSnapshot(2, 0, 0, 0, 0));
            long started = System.nanoTime();
            for (int i = 0; i < 100; i++) {
                var refusal = catchThrowableOfType(NoConnectionException.class, test::checkout);
                assertThat(refusal.reason()).isEqualTo(RefusalReason.DATABASE_DOWN);
                assertThat(refusal.getCause()).hasCauseInstanceOf(ConnectException.class);
            }
            assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(SOON);
            assertThat(test.count(CONNECT_FAILED)).isLessThan(20);

            proxy.start();
            await().atMost(SOON).until(() -> answers(test));
        }
    }

    @Test
    void callersWaitForOpenConnectionsWhilePostgresRefusesNewOnes() throws Exception {
        try (var admin = TestPostgres.superuser();
                var statement = admin.createStatement()) {
            statement.execute("create role cramped login connection limit 2");
        }
        DatabaseTarget asCramped =
                new DatabaseTarget(TestPostgres.sharedDatabase().jdbcUrl(), "cramped", Secret.NONE);
        try (TestPool test = TestPool.at(asCramped, PoolSettings.DEFAULT.withSize(4, 0))) {
            Lease first = test.checkout();
            Lease second = test.checkout();
            var third = test.pool.call(CALLER, connection -> 3).toCompletableFuture();
            await().until(() -> test.count(CONNECT_FAILED) > 0);
            assertThat(test.last(CONNECT_FAILED).cause()).contains("too many connections");
            assertThat(third).isNotDone();
            first.close();
            assertThat(third.get()).isEqualTo(3);
            second.close();
            assertThat(test.count(TIMEOUT)).isZero();
        }
    }

    @Test
    void aFailureIsNotReportedAfterTenSecondsWithoutAnotherAttempt() throws Exception {
        try (var admin = TestPostgres.superuser();
                var statement = admin.createStatement()) {
            statement.execute("create role single login connection limit 1");
        }
        DatabaseTarget asSingle =
                new DatabaseTarget(TestPostgres.sharedDatabase().jdbcUrl(), "single", Secret.NONE);
        try (TestPool test = TestPool.timedAt(asSingle, PoolSettings.DEFAULT.withSize(2, 0))) {
            Lease only = test.checkout();
            var second = test.pool.call(CALLER, connection -> 2).toCompletableFuture();
            await().until(() -> test.pool.opening().failure().isPresent());
            only.close();
            assertThat(second.get()).isEqualTo(2);
            await().until(() -> test.pool.opening().attempt().isEmpty());
            assertThat(test.pool.opening().failure()).isPresent();

            test.clock.advance(Duration.ofSeconds(11));

            assertThat(test.pool.opening().failure()).isEmpty();
        }
    }

    @Test
    void connectionsBrokenByTheOutageAreReplacedBeforeUse() throws Exception {
        try (TestProxy proxy = new TestProxy(TestPostgres.sharedDatabase());
                TestPool test = TestPool.timedAt(proxy.target(), PoolSettings.DEFAULT.withSize(3, 0))) {
            List<Lease> leases = List.of(test.checkout(), test.checkout(), test.checkout());
            leases.forEach(Lease::close);
            proxy.stop();
            proxy.start();
            test.clock.advance(Duration.ofSeconds(1));
            assertThat(answers(test)).isTrue();
            assertThat(test.count(CONNECT)).isGreaterThanOrEqualTo(4);
            assertThat(test.count(CLOSE)).isPositive();
        }
    }

    private static boolean answers(TestPool test) throws Exception {
        try {
            return test.pool
                    .call(CALLER, connection -> connection.createStatement().execute("select 1"))
                    .toCompletableFuture()
                    .get();
        } catch (ExecutionException e) {
            assertThat(((NoConnectionException) e.getCause()).reason()).isEqualTo(RefusalReason.DATABASE_DOWN);
            return false;
        }
    }
}
