package app.rodmena.auth.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.database.DatabaseFailure.Reason;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.postgres.Connector;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.postgres.SessionOptions;
import app.rodmena.auth.testing.TestPostgres;
import app.rodmena.auth.testing.TestProxy;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class MonitorTest {
    private static final ApplicationName NAME = new ApplicationName("monitor-test");

    @Test
    void continuesAfterAnError() {
        AtomicInteger asked = new AtomicInteger();
        try (Monitor monitor = new Monitor(
                new Connector(TestPostgres.sharedDatabase()),
                NAME,
                () -> {
                    if (asked.incrementAndGet() == 1) {
                        throw new NoClassDefFoundError("gone");
                    }
                    return PoolSettings.DEFAULT;
                },
                time -> false)) {
            await().until(monitor.heartbeat::isAlive);
            assertThat(monitor.heartbeat.problem()).isEmpty();
            assertThat(monitor.outage()).isEmpty();
        }
    }

    @Test
    void aSlowLoginWithinConnectTimeoutIsNoOutage() throws Exception {
        DatabaseTarget shared = TestPostgres.sharedDatabase();
        DatabaseTarget slow = new DatabaseTarget(
                shared.jdbcUrl() + "?options=-c%20post_auth_delay%3D2", shared.user(), shared.password());
        Connector connector = new Connector(slow);
        connector.open(PoolSettings.DEFAULT.sessionOptions("monitor-test")).close();

        try (Monitor monitor = new Monitor(connector, NAME, () -> PoolSettings.DEFAULT, time -> false)) {
            await().until(monitor.heartbeat::isAlive);
        }
    }

    @Test
    void usesItsOwnConnection() {
        try (Monitor monitor = alive(TestPostgres.sharedDatabase())) {
            assertThat(join(monitor, "select current_setting('application_name')"))
                    .isEqualTo("auth/monitor-test/5+5");
            assertThat(join(monitor, "select pg_backend_pid()")).isEqualTo(String.valueOf(monitor.backendPid()));
        }
    }

    @Test
    void aSlowQueryIsCancelledWithoutAffectingTheProbe() {
        try (Monitor monitor = alive(TestPostgres.sharedDatabase())) {
            int pid = monitor.backendPid();
            List<CompletableFuture<String>> slow = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                slow.add(submit(monitor, "select pg_sleep(30)"));
            }
            await().pollInterval(Duration.ofMillis(20)).until(() -> {
                assertThat(monitor.heartbeat.isAlive()).isTrue();
                return slow.stream().allMatch(CompletableFuture::isDone);
            });
            slow.forEach(answer -> assertReason(answer, Reason.STATEMENT_TIMEOUT));
            assertThat(monitor.backendPid()).isEqualTo(pid);
        }
    }

    @Test
    void aFailedQueryIsNotAFailedProbe() {
        try (Monitor monitor = alive(TestPostgres.sharedDatabase())) {
            CompletableFuture<String> wrong = submit(monitor, "select nonsense");
            assertThatThrownBy(wrong::join).hasRootCauseInstanceOf(SQLException.class);
            assertThat(join(monitor, "select 'still there'")).isEqualTo("still there");
            assertThat(monitor.heartbeat.isAlive()).isTrue();
        }
    }

    @Test
    void aQueryThatBreaksTheConnectionIsFollowedByANewConnection() {
        try (Monitor monitor = alive(TestPostgres.sharedDatabase())) {
            int pid = monitor.backendPid();
            assertReason(submit(monitor, "select pg_terminate_backend(pg_backend_pid())"), Reason.DATABASE_DOWN);
            await().until(() -> monitor.backendPid() != 0 && monitor.backendPid() != pid);
            await().untilAsserted(
                            () -> assertThat(join(monitor, "select 'back'")).isEqualTo("back"));
            assertThat(monitor.heartbeat.isAlive()).isTrue();
        }
    }

    @Test
    void refusesQueriesBeyondItsLimit() {
        CountDownLatch done = new CountDownLatch(1);
        try (Monitor monitor = alive(TestPostgres.sharedDatabase())) {
            CompletableFuture<Boolean> first = monitor.submit(connection -> {
                        awaitQuietly(done);
                        return true;
                    })
                    .toCompletableFuture();
            List<CompletableFuture<String>> others = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                others.add(submit(monitor, "select 1"));
            }
            assertReason(others.get(39), Reason.QUEUE_FULL);
            done.countDown();
            assertThat(first.join()).isTrue();
            assertThat(others.get(0).join()).isEqualTo("1");
        }
    }

    @Test
    void reportsTheStartOfAnOutageAndRecovers() {
        try (TestProxy proxy = new TestProxy(TestPostgres.sharedDatabase());
                Monitor monitor = alive(proxy.target())) {
            proxy.stop();
            await().until(() -> monitor.outage().isPresent());
            assertThat(monitor.outage().orElseThrow().sqlState()).startsWith("08");
            await().untilAsserted(() -> assertReason(submit(monitor, "select 1"), Reason.DATABASE_DOWN));
            proxy.start();
            await().until(() -> monitor.outage().isEmpty());
            assertThat(join(monitor, "select 'back'")).isEqualTo("back");
        }
    }

    @Test
    void theEndOfASessionIsNoOutage() throws Exception {
        try (Monitor monitor = alive(TestPostgres.sharedDatabase());
                var other = new Connector(TestPostgres.sharedDatabase())
                        .open(new SessionOptions("test", Optional.empty(), Duration.ofSeconds(10), Optional.empty()));
                var terminate = other.prepareStatement("select pg_terminate_backend(?)")) {
            int before = monitor.backendPid();
            Instant since = monitor.heartbeat.since();
            terminate.setInt(1, before);
            terminate.execute();

            await().until(() -> monitor.backendPid() != before && monitor.backendPid() != 0);
            await().untilAsserted(() -> assertThat(join(monitor, "select 1")).isEqualTo("1"));
            assertThat(monitor.heartbeat.since()).as("the state is unchanged").isEqualTo(since);
        }
    }

    @Test
    void aForgottenSessionIsNoOutageWhileThePoolIsServed() {
        try (TestProxy proxy = new TestProxy(TestPostgres.sharedDatabase());
                Monitor monitor =
                        new Monitor(new Connector(proxy.target()), NAME, () -> PoolSettings.DEFAULT, time -> true)) {
            await().until(monitor.heartbeat::isAlive);
            int before = monitor.backendPid();
            Instant since = monitor.heartbeat.since();
            proxy.forgetOpenConnections();

            await().until(() -> monitor.backendPid() != before && monitor.backendPid() != 0);
            await().untilAsserted(() -> assertThat(join(monitor, "select 1")).isEqualTo("1"));
            assertThat(monitor.heartbeat.since()).isEqualTo(since);
        }
    }

    @Test
    void aProbeKeptBackByQueriesIsAnOutageOnlyIfThePoolIsNotServed() {
        assertThat(isAliveDuringSlowQueries(true)).containsOnly(true);
        assertThat(isAliveDuringSlowQueries(false)).contains(false);
    }

    /** The statements take less than the probe's timeout each, but together longer than an answer is valid. */
    private static Set<Boolean> isAliveDuringSlowQueries(boolean poolIsServed) {
        Set<Boolean> seen = new HashSet<>();
        try (Monitor monitor = new Monitor(
                new Connector(TestPostgres.sharedDatabase()), NAME, () -> PoolSettings.DEFAULT, time -> poolIsServed)) {
            await().until(monitor.heartbeat::isAlive);
            CompletableFuture<Object> done = monitor.submit(connection -> {
                        for (int i = 0; i < 4; i++) {
                            try (var statement = connection.createStatement()) {
                                statement.execute("select pg_sleep(0.7)");
                            }
                        }
                        return "done";
                    })
                    .toCompletableFuture()
                    .thenApply(result -> result);
            await().pollInterval(Duration.ofMillis(20)).until(() -> {
                seen.add(monitor.heartbeat.isAlive());
                return done.isDone();
            });
        }
        return seen;
    }

    @Test
    void refusesQueriesAfterClose() {
        Monitor monitor = alive(TestPostgres.sharedDatabase());
        monitor.close();
        assertReason(submit(monitor, "select 1"), Reason.SHUTTING_DOWN);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Monitor alive(DatabaseTarget target) {
        Monitor monitor = new Monitor(new Connector(target), NAME, () -> PoolSettings.DEFAULT, time -> false);
        await().until(monitor.heartbeat::isAlive);
        return monitor;
    }

    private static String join(Monitor monitor, String sql) {
        return submit(monitor, sql).join();
    }

    private static CompletableFuture<String> submit(Monitor monitor, String sql) {
        return monitor.submit(connection -> {
                    try (var statement = connection.prepareStatement(sql);
                            var result = statement.executeQuery()) {
                        result.next();
                        return result.getString(1);
                    }
                })
                .toCompletableFuture();
    }

    private static void assertReason(CompletableFuture<?> answer, Reason reason) {
        assertThatThrownBy(answer::join)
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        DatabaseFailure.class,
                        failure -> assertThat(failure.reason()).isEqualTo(reason));
    }
}
