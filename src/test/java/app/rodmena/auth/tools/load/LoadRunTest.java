package app.rodmena.auth.tools.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.testing.AuthProcess;
import app.rodmena.auth.testing.TestPostgres;
import app.rodmena.auth.testing.TestServer;
import app.rodmena.auth.tools.load.LoadPlan.RequestMix;
import app.rodmena.auth.tools.load.LoadResults.LoadExpectation;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Load tests of servers with faults. */
class LoadRunTest {
    @TempDir
    Path directory;

    @Test
    void onAScheduleAStallIsChargedToEveryDueRequest() throws Exception {
        try (TestServer server = TestServer.start();
                Connection locker = TestPostgres.connect(server.target);
                var statement = locker.createStatement();
                LoadRun run = LoadRun.prepare(plan(
                        "http://127.0.0.1:" + server.server.address().getPort(),
                        Optional.of(Duration.ofSeconds(5)),
                        OptionalInt.of(60)))) {
            run.start();
            await().until(() -> run.progress().ended() > 60);

            locker.setAutoCommit(false);
            statement.execute("lock table auth_group in access exclusive mode");
            statement.execute("select pg_sleep(1.2)");
            locker.rollback();

            assertThat(run.await(Duration.ofSeconds(60))).isTrue();
            LoadResults result = run.finish();
            assertThat(result.correct()).isEqualTo(300);
            // Of 300 requests 72 were due during the stall and 2 were sent: the service time counts only those.
            assertThat(result.latency().p999()).isGreaterThan(1_100);
            assertThat(result.latency().p90()).isGreaterThan(500);
            assertThat(result.serviceTime().orElseThrow().p90())
                    .isLessThan(result.latency().p90() / 2);
        }
    }

    @Test
    void aServerThatDiesEndsTheRunWithAllFailuresCounted() throws Exception {
        try (AuthProcess server = AuthProcess.start(
                        directory,
                        Map.of(),
                        "--port=0",
                        "--database-url=" + TestPostgres.freshDatabase().jdbcUrl() + "?user=postgres")
                .awaitStart()) {
            try (LoadRun run =
                    LoadRun.prepare(plan(server.url(), Optional.of(Duration.ofMinutes(5)), OptionalInt.empty()))) {
                run.start();
                await().until(() -> run.progress().ended() > 20);
                server.kill();

                assertThat(run.await(Duration.ofSeconds(30))).isTrue();
                LoadResults result = run.finish();

                assertThat(result.serverGone()).isTrue();
                assertThat(result.interrupted()).isFalse();
                assertThat(result.isOk()).isFalse();
                assertThat(result.errors().connect()).isPositive();
                assertThat(result.errors().total())
                        .isEqualTo(result.errors().connect() + result.errors().connectionLost());
                assertThat(result.requests())
                        .isEqualTo(result.correct() + result.errors().total());
                assertThat(result.verdict())
                        .filteredOn(expectation -> !expectation.isMet())
                        .extracting(LoadExpectation::name)
                        .contains("every response correct", "all connections returned afterwards");
                assertThat(result.verdict())
                        .extracting(LoadExpectation::observed)
                        .contains("the server is gone");
            }
        }
    }

    @Test
    void requestsOfTheWarmUpAreNotCounted() throws Exception {
        try (TestServer server = TestServer.start();
                LoadRun run = LoadRun.prepare(plan(
                        "http://127.0.0.1:" + server.server.address().getPort(),
                        Optional.of(Duration.ofMillis(500)),
                        OptionalInt.of(100),
                        Duration.ofMillis(500)))) {
            long before = requestsForRoles(server);
            run.start();
            assertThat(run.await(Duration.ofSeconds(60))).isTrue();

            assertThat(run.finish().correct()).isEqualTo(50);
            assertThat(requestsForRoles(server) - before).isGreaterThan(50);
        }
    }

    private static long requestsForRoles(TestServer server) {
        return server.server.metrics().requests().responseCounts().stream()
                .filter(responses -> responses.route().equals("GET /api/roles"))
                .mapToLong(responses -> responses.count())
                .sum();
    }

    @Test
    void aStoppedRunReportsItsResults() throws Exception {
        try (TestServer server = TestServer.start();
                LoadRun run = LoadRun.prepare(plan(
                        "http://127.0.0.1:" + server.server.address().getPort(),
                        Optional.empty(),
                        OptionalInt.empty()))) {
            run.start();
            await().atMost(30, TimeUnit.SECONDS).until(() -> run.progress().ended() > 20);

            LoadResults result = run.finish();

            assertThat(result.interrupted()).isTrue();
            assertThat(result.correct()).isEqualTo(result.requests()).isGreaterThan(20);
            assertThat(result.latency().p50()).isPositive();
        }
    }

    private static LoadPlan plan(String url, Optional<Duration> duration, OptionalInt rate) {
        return plan(url, duration, rate, Duration.ZERO);
    }

    private static LoadPlan plan(String url, Optional<Duration> duration, OptionalInt rate, Duration warmUp) {
        return new LoadPlan(
                LoadTarget.parse(url),
                LoadPlan.MAX_REQUESTS,
                duration,
                2,
                rate,
                RequestMix.ROLES,
                warmUp,
                Duration.ofSeconds(30),
                Optional.empty());
    }
}
