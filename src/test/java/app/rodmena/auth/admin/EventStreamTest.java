package app.rodmena.auth.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.pool.PoolSettings;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The pool as it is watched: second by second, and event by event. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EventStreamTest {
    private static final int MOST_WATCHERS = 20;

    private TestAdmin admin;

    @BeforeAll
    void start() throws Exception {
        admin = TestAdmin.anonymous(PoolSettings.DEFAULT.withBatchSlots(0));
    }

    @AfterAll
    void stop() {
        admin.close();
    }

    @Test
    void everySecondIsToldWithTheSentenceInTheShapeOfTheHistory() throws Exception {
        try (Watch watch = new Watch("/events")) {
            await().until(() -> watch.data("pool").size() >= 2);
            JsonNode second = watch.data("pool").get(0);

            assertThat(second.at("/sentence").textValue()).isNotEmpty();
            assertThat(second.at("/dropped").intValue()).isZero();
            JsonNode known = admin.json("/pool/history").get(0);
            known.fieldNames()
                    .forEachRemaining(
                            name -> assertThat(second.has(name)).as(name).isTrue());
            assertThat(admin.json("/pool/now").has("situation")).isTrue();
        }
    }

    @Test
    void whatHappensIsToldAsItHappensCheckoutsOnlyToWhoAsks() throws Exception {
        try (Watch usual = new Watch("/events");
                Watch curious = new Watch("/events?kinds=checkout,checkin")) {
            assertThat(admin.api("/api/roles").get().statusCode()).isEqualTo(200);

            await().until(() -> curious.data("event").size() >= 2);
            assertThat(curious.data("event").get(0).at("/kind").textValue()).isEqualTo("checkout");
            assertThat(curious.data("event").get(0).at("/route").textValue()).isEqualTo("GET /api/roles");
            assertThat(usual.data("event"))
                    .noneMatch(event -> event.at("/kind").textValue().startsWith("check"));
        }
    }

    @Test
    void oneWhoDoesNotReadHoldsUpNobodyAndIsCutOff() throws Exception {
        List<Watch> watches = new ArrayList<>();
        try (Socket deaf = new Socket()) {
            deaf.setReceiveBufferSize(4096);
            deaf.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), admin.port()));
            deaf.getOutputStream()
                    .write("GET /events?kinds=all HTTP/1.1\r\nHost: localhost\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            while (watches.size() < MOST_WATCHERS - 1) {
                watches.add(new Watch("/events"));
            }
            await().until(() -> admin.get("/events").statusCode() == 503);

            for (int i = 0; i < 20; i++) {
                List<CompletableFuture<HttpResponse<String>>> asked = Stream.generate(() -> admin.api("/api/roles"))
                        .limit(100)
                        .toList();
                for (var answer : asked) {
                    assertThat(answer.get().statusCode()).isEqualTo(200);
                }
            }

            awaitRoom();
            Watch other = watches.get(0);
            int before = other.data("pool").size();
            await().until(() -> other.data("pool").size() > before + 1);
        } finally {
            watches.forEach(Watch::close);
        }
        awaitRoom();
    }

    @Test
    void thereIsRoomForTwentyAndAgainWhenOneGoes() throws Exception {
        List<Watch> watches = new ArrayList<>();
        try {
            for (int i = 0; i < MOST_WATCHERS; i++) {
                watches.add(new Watch("/events"));
            }
            assertThat(admin.get("/events").statusCode()).isEqualTo(503);
            watches.remove(0).close();
            awaitRoom();
        } finally {
            watches.forEach(Watch::close);
        }
        awaitRoom();
    }

    @Test
    void aKindThatThereIsNotIsRefused() throws Exception {
        assertThat(admin.get("/events?kinds=nap").statusCode()).isEqualTo(400);
    }

    /** That somebody else may watch: who is gone is noticed when something is to be sent. */
    private void awaitRoom() {
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            try (Watch another = new Watch("/events")) {
                return another.status == 200;
            }
        });
    }

    /** Reads the stream line by line until it is closed. */
    private final class Watch implements AutoCloseable {
        final int status;
        private final List<String> lines = new CopyOnWriteArrayList<>();
        private final Stream<String> body;
        private final HttpClient client = HttpClient.newHttpClient();

        Watch(String path) throws Exception {
            HttpResponse<Stream<String>> answer = client.send(
                    admin.request(path).timeout(Duration.ofSeconds(20)).build(), BodyHandlers.ofLines());
            status = answer.statusCode();
            body = answer.body();
            Thread reader = new Thread(() -> {
                try {
                    body.forEach(lines::add);
                } catch (RuntimeException closed) {
                    lines.add("closed");
                }
            });
            reader.setDaemon(true);
            reader.start();
        }

        List<JsonNode> data(String event) throws IOException {
            List<JsonNode> found = new ArrayList<>();
            for (int i = 1; i < lines.size(); i++) {
                if (lines.get(i - 1).equals("event: " + event) && lines.get(i).startsWith("data: ")) {
                    found.add(JsonMapper.builder().build().readTree(lines.get(i).substring(6)));
                }
            }
            return found;
        }

        @Override
        public void close() {
            body.close();
        }
    }
}
