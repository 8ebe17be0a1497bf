package app.rodmena.auth.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.security.Keystore;
import app.rodmena.auth.testing.RawHttp2Client;
import app.rodmena.auth.testing.RawHttp2Client.Frame;
import app.rodmena.auth.testing.TestKeystore;
import app.rodmena.auth.testing.TestPostgres;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Streams that end early, limits and the shutdown of HTTP/2 connections. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class Http2Test {
    private static final int MAX_STREAMS = 100;
    private static final int REFUSED_STREAM = 7;
    private static final int CANCEL = 8;
    private static final int ENHANCE_YOUR_CALM = 11;
    private static final int HEADER_TABLE_SIZE = 1;
    private static final int INITIAL_WINDOW_SIZE = 4;
    private static final String ROLES = "/api/roles";

    @TempDir
    static Path directory;

    private final List<Integer> statuses = new CopyOnWriteArrayList<>();
    private HttpConfig config;
    private SSLContext context;
    private TestApi api;

    @BeforeAll
    void start() throws Exception {
        TestKeystore key = TestKeystore.make(directory);
        context = key.trusting();
        config = TestApi.CONFIG.withKeystore(Keystore.open(key.file, key::password));
        api = new TestApi(config, (route, status, took) -> statuses.add(status));
    }

    @AfterAll
    void stop() {
        api.close();
    }

    @BeforeEach
    void forget() {
        statuses.clear();
    }

    @AfterEach
    void leavesNothingBehind() {
        await().until(() ->
                api.listener.inFlight() == 0 && api.engine.pool().snapshot().checkedOut() == 0);
    }

    private RawHttp2Client client(TestApi server) throws IOException {
        return new RawHttp2Client(server.listener.port(), context, Map.of());
    }

    private RawHttp2Client client() throws IOException {
        return client(api);
    }

    private String[] key() {
        return new String[] {"authorization", "Bearer " + api.key};
    }

    private Connection lock() throws Exception {
        Connection lock = TestPostgres.connect(api.target);
        lock.setAutoCommit(false);
        lock.createStatement().execute("lock table auth_group");
        return lock;
    }

    @Test
    void resetStreamsLeaveTheQueueAndTheConnectionIsKept() throws Exception {
        try (Connection lock = lock();
                RawHttp2Client client = client()) {
            for (int i = 0; i < 60; i++) {
                client.request("POST", "/api/role/h" + i, key());
            }
            await().until(() -> api.engine.pool().snapshot().waiting() == 50);
            for (int stream = 1; stream < 120; stream += 2) {
                client.reset(stream);
            }
            await().until(() -> api.engine.pool().snapshot().waiting() == 0
                    && api.engine.pool().snapshot().checkedOut() == 0);
            await().until(() -> statuses.size() == 60);
            assertThat(statuses).containsOnly(RequestListener.INCOMPLETE_RESPONSE);

            lock.rollback();
            int roles = client.request("GET", ROLES, key());
            assertThat(client.await(frame -> frame.type() == RawHttp2Client.RST_STREAM || frame.stream() == roles)
                            .type())
                    .isEqualTo(RawHttp2Client.HEADERS);
            assertThat(client.next(roles).payload()).isEqualTo("{\"result\":[]}");
        }
    }

    @Test
    void aClosedConnectionIsAHangUpOfAllItsStreams() throws Exception {
        try (Connection lock = lock()) {
            try (RawHttp2Client client = client()) {
                for (int i = 0; i < 20; i++) {
                    client.request("GET", ROLES, key());
                }
                await().until(() -> api.listener.inFlight() == 20);
            }
            await().until(() -> api.engine.pool().snapshot().checkedOut() == 0 && api.listener.inFlight() == 0);
            assertThat(statuses).hasSize(20).containsOnly(RequestListener.INCOMPLETE_RESPONSE);
            assertThat(lock.isClosed()).isFalse();
        }
    }

    @Test
    void aStreamsDeadlineIsAnswered() throws Exception {
        try (Connection lock = lock();
                RawHttp2Client client = client()) {
            int stream = client.request(
                    "GET",
                    ROLES,
                    Stream.concat(Stream.of(key()), Stream.of("request-timeout", "0.2"))
                            .toArray(String[]::new));
            client.next(stream);
            assertThat(client.next(stream).payload()).contains("DEADLINE_EXCEEDED");
            assertThat(lock.isClosed()).isFalse();
        }
    }

    @Test
    void streamsAboveTheMaximumAreRefused() throws Exception {
        try (Connection lock = lock();
                RawHttp2Client client = client()) {
            for (int i = 0; i < MAX_STREAMS; i++) {
                client.request("GET", ROLES, key());
            }
            int refused = client.request("GET", ROLES, key());

            Frame reset = client.next(refused);
            assertThat(reset.type()).isEqualTo(RawHttp2Client.RST_STREAM);
            assertThat(reset.error()).isEqualTo(REFUSED_STREAM);
            assertThat(api.listener.inFlight()).isEqualTo(MAX_STREAMS);
            assertThat(lock.isClosed()).isFalse();
        }
    }

    @Test
    void streamsOfAllConnectionsAboveMaxClientsAreRefused() throws Exception {
        try (TestApi small = new TestApi(config.with(draft -> draft.maxClients = 8));
                RawHttp2Client first =
                        new RawHttp2Client(small.listener.port(), context, Map.of(INITIAL_WINDOW_SIZE, 0));
                RawHttp2Client second = client(small)) {
            for (int i = 0; i < 7; i++) {
                first.request("GET", "/ping");
            }
            int last = first.request("GET", "/ping");
            await().until(() -> small.listener.inFlight() == 8);
            int refused = second.request("GET", "/ping");
            assertThat(second.next(refused).error()).isEqualTo(REFUSED_STREAM);

            first.reset(last);
            await().until(() -> second.next(second.request("GET", "/ping")).type() == RawHttp2Client.HEADERS);
        }
    }

    @Test
    void aFloodOfResetsClosesTheConnection() throws Exception {
        // The system of a client that is still sending may discard the frame, so it is looked for several times.
        boolean isExplained = false;
        for (int attempt = 0; attempt < 10 && !isExplained; attempt++) {
            isExplained = isFloodRefusedWithReason();
        }
        assertThat(isExplained).isTrue();
    }

    /** Whether the reason arrived before the connection was reset. */
    private boolean isFloodRefusedWithReason() throws Exception {
        boolean isExplained = false;
        statuses.clear();
        try (RawHttp2Client client = client()) {
            CompletableFuture<Void> flood = CompletableFuture.runAsync(() -> {
                try {
                    for (int i = 0; i < 3000; i++) {
                        client.reset(client.request("GET", ROLES, key()));
                    }
                } catch (IOException e) {
                    // The server has closed the connection
                }
            });
            try {
                assertThat(client.goAway().error()).isEqualTo(ENHANCE_YOUR_CALM);
                isExplained = true;
                client.awaitClose();
            } catch (EOFException | SocketException e) {
                // The server has closed the connection
            } catch (SSLException e) {
                if (!isOfClosedConnection(e)) {
                    throw e;
                }
            }
            flood.join();
        }
        await().until(() -> api.listener.inFlight() == 0);
        assertThat(statuses).hasSizeLessThan(1100);
        return isExplained;
    }

    /** Whether TLS reports a closed connection, which it does in several ways, depending on the moment. */
    private static boolean isOfClosedConnection(SSLException failure) {
        return failure.getCause() instanceof SocketException
                || failure.getCause() instanceof EOFException
                || String.valueOf(failure.getMessage()).matches("(?is).*(socket|connection).*closed.*");
    }

    @Test
    void aHugeCompressionTableIsRefused() throws Exception {
        try (RawHttp2Client client =
                new RawHttp2Client(api.listener.port(), context, Map.of(HEADER_TABLE_SIZE, 1 << 30))) {
            assertThat(client.goAway().error()).isEqualTo(ENHANCE_YOUR_CALM);
        }
    }

    @Test
    void aResponseThatIsResetBeforeItIsReadIsForgotten() throws Exception {
        try (RawHttp2Client client =
                new RawHttp2Client(api.listener.port(), context, Map.of(INITIAL_WINDOW_SIZE, 100))) {
            for (int i = 0; i < MAX_STREAMS; i++) {
                int stream = client.request("GET", "/openapi.json");
                client.await(frame -> frame.stream() == stream && frame.type() == RawHttp2Client.DATA);
                client.reset(stream);
                await().until(() -> api.listener.inFlight() == 0);
            }
            int stream = client.request("GET", "/openapi.json");
            client.await(frame -> frame.stream() == stream && frame.type() == RawHttp2Client.DATA);
            client.reset(stream);
            assertThat(client.goAway().error()).isEqualTo(ENHANCE_YOUR_CALM);
        }
        await().until(() -> statuses.size() == MAX_STREAMS + 1);
        assertThat(statuses).containsOnly(RequestListener.INCOMPLETE_RESPONSE);
    }

    @Test
    void aResponseThatIsNotReadIsResetAfterTheReadTimeout() throws Exception {
        try (TestApi impatient = new TestApi(config.with(draft -> draft.readTimeout = Duration.ofMillis(500)));
                RawHttp2Client client =
                        new RawHttp2Client(impatient.listener.port(), context, Map.of(INITIAL_WINDOW_SIZE, 100))) {
            int stream = client.request("GET", "/openapi.json");
            client.await(frame -> frame.stream() == stream && frame.type() == RawHttp2Client.RST_STREAM);
            await().until(() -> impatient.listener.inFlight() == 0);
        }
    }

    @Test
    void responsesThatAreNotReadCloseTheConnection() throws Exception {
        try (TestApi impatient = new TestApi(config.with(draft -> draft.readTimeout = Duration.ofMillis(500)));
                RawHttp2Client client =
                        new RawHttp2Client(impatient.listener.port(), context, Map.of(INITIAL_WINDOW_SIZE, 0))) {
            for (int i = 0; i < MAX_STREAMS; i++) {
                client.request("GET", "/ping");
            }
            for (int i = 0; i < MAX_STREAMS; i++) {
                client.await(frame -> frame.type() == RawHttp2Client.RST_STREAM);
            }
            await().until(() -> impatient.listener.inFlight() == 0);
            client.request("GET", "/ping");
            assertThat(client.goAway().error()).isEqualTo(ENHANCE_YOUR_CALM);
        }
    }

    @Test
    void aSlowBodyIsRefused() throws Exception {
        try (TestApi impatient = new TestApi(config.with(draft -> draft.readTimeout = Duration.ofMillis(500)));
                RawHttp2Client client = client(impatient)) {
            int stream = client.nextStream();
            client.send(
                    RawHttp2Client.HEADERS,
                    RawHttp2Client.END_HEADERS,
                    stream,
                    RawHttp2Client.head("POST", "/api/check", key()));
            client.send(RawHttp2Client.DATA, 0, stream, new byte[100]);
            client.next(stream);
            assertThat(client.next(stream).payload()).contains("\"code\":408");
            assertThat(client.await(frame -> frame.type() == RawHttp2Client.RST_STREAM)
                            .error())
                    .isEqualTo(CANCEL);
        }
    }

    @Test
    void anIdleConnectionIsClosed() throws Exception {
        try (TestApi impatient = new TestApi(config.with(draft -> draft.idleTimeout = Duration.ofMillis(500)))) {
            try (RawHttp2Client unused = client(impatient)) {
                assertThat(unused.goAway().error()).isZero();
            }
            try (RawHttp2Client used = client(impatient)) {
                int stream = used.request("GET", "/ping");
                used.await(frame -> frame.stream() == stream && frame.endsStream());
                assertThat(used.goAway().error()).isZero();
                used.awaitClose();
            }
        }
    }

    @Test
    void requestsInFlightAreAnsweredAtShutdownAndThenTheConnectionIsClosed() throws Exception {
        TestApi stopping = new TestApi(config);
        try (Connection lock = lock();
                RawHttp2Client idle = client(stopping);
                RawHttp2Client client = client(stopping)) {
            int ping = idle.request("GET", "/ping");
            idle.await(frame -> frame.stream() == ping && frame.endsStream());
            await().until(() -> stopping.listener.inFlight() == 0);
            int waiting = client.request("GET", ROLES, key());
            await().until(() -> stopping.listener.inFlight() == 1);
            CompletableFuture<Void> closed = CompletableFuture.runAsync(stopping::close);
            await().until(() -> !stopping.health.ready().up());
            assertThat(closed).isNotDone();
            Frame refused = client.next(client.request("GET", "/ping"));
            while (refused.type() != RawHttp2Client.RST_STREAM) {
                refused = client.next(client.request("GET", "/ping"));
            }
            assertThat(refused.error()).isEqualTo(REFUSED_STREAM);
            lock.rollback();

            client.await(frame -> frame.stream() == waiting && frame.endsStream());
            Frame goAway = client.goAway();
            assertThat(goAway.error()).isZero();
            assertThat(goAway.payload().charAt(3)).as("the last stream").isEqualTo((char) refused.stream());
            client.awaitClose();
            assertThat(idle.goAway().error()).isZero();
            closed.join();
        }
    }

    @Test
    void headersAreLimited() throws Exception {
        try (RawHttp2Client client = client()) {
            int stream = client.request("GET", "/ping", "x", "x".repeat(16_360 - 8_000), "y", "y".repeat(7_900));
            assertThat(client.await(frame -> frame.stream() == stream).type()).isEqualTo(RawHttp2Client.HEADERS);
            int large = client.nextStream();
            byte[] head = RawHttp2Client.head("GET", "/ping", "x", "x".repeat(1024 * 1024));
            try {
                for (int at = 0; at < head.length; at += 16_000) {
                    client.send(
                            at == 0 ? RawHttp2Client.HEADERS : RawHttp2Client.CONTINUATION,
                            at + 16_000 < head.length ? 0 : RawHttp2Client.END_HEADERS,
                            large,
                            Arrays.copyOfRange(head, at, Math.min(head.length, at + 16_000)));
                }
            } catch (IOException e) {
                // The server has closed the connection
            }
            client.awaitClose();
        }
    }
}
