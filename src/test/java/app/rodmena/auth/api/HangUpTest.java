package app.rodmena.auth.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.metrics.health.Health;
import app.rodmena.auth.pool.QueueOutcomes;
import app.rodmena.auth.testing.RawClient;
import app.rodmena.auth.testing.TestPostgres;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that leave, and clients with a deadline, while a table is locked. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HangUpTest {
    private static final int CLIENTS = 60;
    private static final String WRITE = "POST /api/role/r";
    private static final String READ = "GET /api/members/r";

    private final List<Integer> statuses = new CopyOnWriteArrayList<>();
    private TestApi api;
    private Connection lock;

    @BeforeAll
    void start() throws Exception {
        api = new TestApi(TestApi.CONFIG, (route, status, took) -> statuses.add(status));
    }

    @AfterAll
    void stop() {
        api.close();
    }

    @BeforeEach
    void lock() throws Exception {
        statuses.clear();
        lock = TestPostgres.connect(api.target);
        lock.setAutoCommit(false);
        lock.createStatement().execute("lock table auth_group");
    }

    @AfterEach
    void unlock() throws Exception {
        lock.close();
        await().until(() -> api.engine.pool().snapshot().checkedOut() == 0);
    }

    @Test
    void clientsThatCloseTheirConnectionLeaveTheQueueAndNothingIsWrittenForThem() throws Exception {
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(api.raw().request("POST /api/role/r" + i, api.bearer()));
        }
        await().until(() -> api.engine.pool().snapshot().waiting() == CLIENTS - 10);
        for (RawClient client : clients) {
            client.close();
        }
        await().atMost(Duration.ofSeconds(10))
                .until(() -> api.engine.pool().snapshot().waiting() == 0
                        && api.engine.pool().snapshot().checkedOut() == 0);
        await().until(() -> statuses.size() == CLIENTS);
        assertThat(statuses).containsOnly(RequestListener.INCOMPLETE_RESPONSE);

        lock.rollback();
        assertThat(api.send("GET", "/api/roles").body()).isEqualTo("{\"result\":[]}");
    }

    @Test
    void aHangUpAtTheMomentOfTheAnswerLeavesNothingBehind() throws Exception {
        lock.rollback();
        Random moments = new Random(15);
        for (int i = 0; i < 400; i++) {
            try (RawClient client = api.raw().request(READ, api.bearer())) {
                long end = System.nanoTime() + moments.nextInt(4_000_000);
                while (System.nanoTime() < end) {
                    Thread.onSpinWait();
                }
                assertThat(client).isNotNull();
            }
        }
        await().until(() -> {
            QueueOutcomes outcomes = api.engine.pool().outcomes();
            return outcomes.arrivals() == outcomes.served() + outcomes.cancelled() + outcomes.refused();
        });
        await().until(() -> statuses.contains(200) && statuses.contains(RequestListener.INCOMPLETE_RESPONSE));
        assertThat(statuses).hasSizeLessThanOrEqualTo(400);
        assertThat(api.send("GET", "/api/roles").body()).isEqualTo("{\"result\":[]}");
    }

    @ParameterizedTest
    @ValueSource(strings = {WRITE, READ})
    void theEndOfAStreamIsAHangUp(String request) throws Exception {
        try (RawClient client = api.raw().request(request, api.bearer())) {
            await().until(() -> api.engine.pool().snapshot().checkedOut() == 1);
            client.endStream();
            assertThat(client.restUntilClosed()).isEmpty();
            await().until(() -> api.engine.pool().snapshot().checkedOut() == 0);
        }
    }

    @Test
    void aHalfClosedConnectionIsAnsweredIfAllowed() throws Exception {
        try (ApiListener halfClose = ApiListener.start(
                        TestApi.CONFIG.with(draft -> draft.allowHalfClose = true),
                        api.engine,
                        new Health(api.engine),
                        (route, status, took) -> {});
                RawClient client = new RawClient(halfClose.port()).request(READ, api.bearer())) {
            await().until(() -> api.engine.pool().snapshot().checkedOut() == 1);
            client.endStream();
            await().during(Duration.ofMillis(200))
                    .until(() -> api.engine.pool().snapshot().checkedOut() == 1);
            lock.rollback();
            assertThat(client.reply().status()).isEqualTo(200);
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @Test
    void theFirstByteOfAPipelinedRequestIsKeptAndEndsTheWatch() throws Exception {
        try (RawClient client = api.raw().request(READ, api.bearer())) {
            await().until(() -> api.engine.pool().snapshot().checkedOut() == 1);
            client.send("G");
            await().during(Duration.ofMillis(200))
                    .until(() -> api.engine.pool().snapshot().checkedOut() == 1);
            lock.rollback();
            assertThat(client.reply().status()).isEqualTo(200);
            client.send("ET /ping HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(client.reply().body()).contains("PONG");
        }
    }

    @Test
    void anInvalidPipelinedRequestIsRefusedAfterTheAnswer() throws Exception {
        try (RawClient client = api.raw().request(READ, api.bearer())) {
            await().until(() -> api.engine.pool().snapshot().checkedOut() == 1);
            client.send("\0\r\n\r\n");
            lock.rollback();
            assertThat(client.reply().status()).isEqualTo(200);
            assertThat(client.reply().status()).isEqualTo(400);
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "Request-Timeout: 0.2, POST /api/role/r",
        "request-timeout: 0.2, GET /api/members/r",
        "X-Envoy-Expected-Rq-Timeout-Ms: 200, GET /api/has_permission/u/p",
        "grpc-timeout: 200m, GET /api/members/r"
    })
    void atItsDeadlineAClientIsAnsweredAndItsStatementIsCancelled(String header, String request) throws Exception {
        try (RawClient client = api.raw()) {
            long start = System.nanoTime();
            RawClient.Reply reply =
                    client.request(request, api.bearer(), header).reply();
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(Duration.ofMillis(200), Duration.ofSeconds(10));
            assertThat(reply.status()).isEqualTo(503);
            assertThat(reply.body()).contains("DEADLINE_EXCEEDED");
            await().until(() -> api.engine.pool().snapshot().checkedOut() == 0);
            assertThat(client.request("GET /ping").reply().status())
                    .as("the connection is kept")
                    .isEqualTo(200);
        }
        lock.rollback();
        assertThat(api.send("GET", "/api/roles").body()).isEqualTo("{\"result\":[]}");
    }

    @Test
    void aRequestPastItsDeadlineIsNotStarted() throws Exception {
        lock.rollback();
        try (RawClient client = api.raw()) {
            assertThat(client.request(WRITE, api.bearer(), "grpc-timeout: 1n")
                            .reply()
                            .body())
                    .contains("DEADLINE_EXCEEDED");
            assertThat(client.request("GET /api/roles", api.bearer(), "Request-Timeout: 20.5")
                            .reply()
                            .body())
                    .isEqualTo("{\"result\":[]}");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Request-Timeout: 0",
                "Request-Timeout: 0.000000000",
                "Request-Timeout: -1",
                "Request-Timeout: NaN",
                "Request-Timeout: 1e400",
                "Request-Timeout: 5s",
                "Request-Timeout: ",
                "Request-Timeout: 1, 2",
                "Request-Timeout: 1\r\nRequest-Timeout: 1",
                "X-Envoy-Expected-Rq-Timeout-Ms: 0",
                "X-Envoy-Expected-Rq-Timeout-Ms: 1.5",
                "X-Envoy-Expected-Rq-Timeout-Ms: 99999999999999999999",
                "grpc-timeout: 0S",
                "grpc-timeout: 5",
                "grpc-timeout: 123456789S",
                "grpc-timeout: 1s"
            })
    void aMalformedDeadlineIsRefusedByItsHeader(String header) throws Exception {
        try (RawClient client = api.raw()) {
            RawClient.Reply reply =
                    client.request("GET /api/roles", api.bearer(), header).reply();
            assertThat(reply.status()).isEqualTo(400);
            assertThat(reply.body()).contains(header.substring(0, header.indexOf(':')) + ": ");
        }
        try (RawClient client = api.raw()) {
            String tooLong = "Request-Timeout: 1" + "0".repeat(400);
            assertThat(client.request("GET /api/roles", api.bearer(), tooLong)
                            .reply()
                            .status())
                    .isEqualTo(400);
        }
    }
}
