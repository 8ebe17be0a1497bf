package app.rodmena.auth.api;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.database.DatabaseFailure;
import app.rodmena.auth.testing.RawClient;
import app.rodmena.auth.testing.TestPostgres;
import java.io.IOException;
import java.net.ConnectException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ShutdownTest {
    @Test
    void requestsInFlightAreAnsweredAndLaterOnesRefused() throws Exception {
        try (TestApi api = new TestApi();
                Connection blocker = TestPostgres.connect(api.target);
                RawClient inFlight = api.raw();
                RawClient keptAlive = api.raw();
                RawClient idle = api.raw()) {
            api.send("POST", "/api/role/ops");
            assertThat(keptAlive.request("GET /ping").reply().status()).isEqualTo(200);
            assertThat(idle.request("GET /ping").reply().status()).isEqualTo(200);
            lockRoles(blocker);
            inFlight.request("POST /api/membership/ada/ops", api.bearer());
            awaitBlockedBackend(blocker);

            int port = api.listener.port();
            CompletableFuture<Void> closed = CompletableFuture.runAsync(api.listener::close);
            await().untilAsserted(
                            () -> assertThatThrownBy(() -> new RawClient(port)).isInstanceOf(ConnectException.class));

            RawClient.Reply refusal =
                    keptAlive.request("GET /api/roles", api.bearer()).reply();
            assertThat(refusal.status()).isEqualTo(503);
            assertThat(refusal.header("connection")).isEqualTo("close");
            assertThat(refusal.header("retry-after")).isEqualTo("5");
            assertThat(TestApi.withoutTimestamp(refusal.body()))
                    .isEqualTo(
                            TestApi.databaseFailure(DatabaseFailure.Reason.SHUTTING_DOWN, "This server is stopping"));
            assertThat(keptAlive.isClosedByServer()).isTrue();
            assertThat(api.health.ready().up()).isFalse();
            assertThat(closed).isNotDone();

            blocker.rollback();

            assertThat(inFlight.reply().body()).isEqualTo("{\"result\":true}");
            closed.get(10, SECONDS);
            assertThat(idle.isClosedByServer()).isTrue();
            assertNoThreads();
        }
    }

    @Test
    void healthIsReportedDuringShutdown() throws Exception {
        try (TestApi api = new TestApi();
                Connection blocker = TestPostgres.connect(api.target);
                RawClient inFlight = api.raw();
                RawClient health = api.raw();
                RawClient live = api.raw();
                RawClient ready = api.raw()) {
            api.send("POST", "/api/role/ops");
            for (RawClient probe : List.of(health, live, ready)) {
                assertThat(probe.request("GET /ping").reply().status()).isEqualTo(200);
            }
            lockRoles(blocker);
            inFlight.request("POST /api/membership/ada/ops", api.bearer());
            awaitBlockedBackend(blocker);
            CompletableFuture<Void> closed = CompletableFuture.runAsync(api.listener::close);
            await().until(() -> !api.health.ready().up());

            RawClient.Reply databaseHealth = health.request("GET /health").reply();
            assertThat(databaseHealth.status()).isEqualTo(200);
            assertThat(databaseHealth.body())
                    .startsWith("{\"status\":\"healthy\",\"database\":{\"pool_size\":5,\"checked_out\":1,");
            assertThat(databaseHealth.header("connection")).isEqualTo("close");
            assertThat(health.isClosedByServer()).isTrue();

            RawClient.Reply alive = live.request("GET /health/live").reply();
            assertThat(alive.status()).isEqualTo(200);
            assertThat(alive.body()).startsWith("{\"status\":\"UP\"");

            RawClient.Reply unready = ready.request("GET /health/ready").reply();
            assertThat(unready.status()).isEqualTo(503);
            assertThat(unready.body()).startsWith("{\"status\":\"DOWN\"").contains("\"phase\":\"stopping\"");

            blocker.rollback();
            assertThat(inFlight.reply().status()).isEqualTo(200);
            closed.get(10, SECONDS);
        }
    }

    @Test
    void requestsBeyondTheGracePeriodAreCutOff() throws Exception {
        HttpConfig shortGrace = TestApi.CONFIG.with(draft -> {
            draft.readTimeout = Duration.ofSeconds(10);
            draft.idleTimeout = Duration.ofSeconds(60);
            draft.shutdownGrace = Duration.ofMillis(300);
        });
        try (TestApi api = new TestApi(shortGrace);
                Connection blocker = TestPostgres.connect(api.target);
                RawClient stuck = api.raw()) {
            api.send("POST", "/api/role/ops");
            lockRoles(blocker);
            stuck.request("POST /api/membership/ada/ops", api.bearer());
            awaitBlockedBackend(blocker);

            long began = System.nanoTime();
            api.listener.close();

            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
            assertThat(stuck.isClosedByServer()).isTrue();
            assertNoThreads();
            blocker.rollback();
        }
    }

    @Test
    void disconnectedClientsAreNotWaitedFor() throws Exception {
        try (TestApi api = new TestApi();
                Connection blocker = TestPostgres.connect(api.target)) {
            api.send("POST", "/api/role/ops");
            lockRoles(blocker);
            try (RawClient leaving = api.raw()) {
                leaving.request("POST /api/membership/ada/ops", api.bearer());
                awaitBlockedBackend(blocker);
            }
            try (RawClient halfWay = api.raw()) {
                halfWay.send("POST /api/role/ops HTTP/1.1\r\nHost: h\r\n%s\r\nContent-Length: 9\r\n\r\nx"
                        .formatted(api.bearer()));
            }
            blocker.rollback();

            CompletableFuture.runAsync(api.listener::close).get(10, SECONDS);
            assertNoThreads();
        }
    }

    @Test
    void closeIsIdempotent() throws Exception {
        try (TestApi api = new TestApi()) {
            api.listener.close();
            api.listener.close();

            assertNoThreads();
        }
    }

    @Test
    void aPortInUseIsNamedAndNoThreadKeepsRunning() throws Exception {
        try (TestApi api = new TestApi()) {
            HttpConfig taken = TestApi.CONFIG.withAddress("127.0.0.1", api.listener.port());

            assertThatThrownBy(() -> ApiListener.start(taken, api.engine, api.health, (route, status, took) -> {}))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("127.0.0.1:" + api.listener.port());
        }
        assertNoThreads();
    }

    private static void lockRoles(Connection blocker) throws SQLException {
        blocker.setAutoCommit(false);
        try (Statement statement = blocker.createStatement()) {
            statement.execute("select 1 from auth_group for update");
        }
    }

    private static void awaitBlockedBackend(Connection blocker) {
        await().until(() -> {
            try (Statement statement = blocker.createStatement();
                    var blocked = statement.executeQuery("select count(*) from pg_stat_activity"
                            + " where datname = current_database() and wait_event_type = 'Lock'")) {
                return blocked.next() && blocked.getInt(1) == 1;
            }
        });
    }

    private static void assertNoThreads() {
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("auth-http")));
    }
}
