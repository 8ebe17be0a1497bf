package app.rodmena.auth.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.database.SharedResource.Share;
import app.rodmena.auth.events.CallContext;
import app.rodmena.auth.events.PoolEvent;
import app.rodmena.auth.events.PoolEventKind;
import app.rodmena.auth.pool.PoolSettings;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
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
        try (Watch watch = Watch.opened(admin, "/events")) {
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
        try (Watch usual = Watch.opened(admin, "/events");
                Watch curious = Watch.opened(admin, "/events?kinds=checkout,checkin")) {
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
                watches.add(Watch.opened(admin, "/events"));
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
    void nobodyIsToldOfWhatOthersMissed() throws Exception {
        try (Share<DatabaseEngine> share = admin.engine();
                Watch flooded = Watch.opened(admin, "/events?kinds=checkin");
                Watch other = Watch.opened(admin, "/events?kinds=timeout")) {
            DatabaseEngine engine = share.get();
            PoolEvent event = new PoolEvent(
                    PoolEventKind.CHECKIN, Instant.now(), 0, 0, Duration.ZERO, "flood", CallContext.POOL, "");
            // More than the queue has room for between two looks into it
            IntStream.range(0, 50_000).forEach(i -> engine.events().emit(event));
            await().until(() -> dropped(flooded) > 0);

            try (Watch late = Watch.opened(admin, "/events?kinds=checkin")) {
                await().until(() -> !late.data("pool").isEmpty());
                assertThat(dropped(late)).isZero();
                assertThat(dropped(other)).isZero();
            }
        }
        awaitRoom();
    }

    private static int dropped(Watch watch) throws Exception {
        return watch.data("pool").stream()
                .mapToInt(second -> second.at("/dropped").intValue())
                .max()
                .orElse(0);
    }

    @Test
    void thereIsRoomForTwentyAndAgainWhenOneGoes() throws Exception {
        List<Watch> watches = new ArrayList<>();
        try {
            for (int i = 0; i < MOST_WATCHERS; i++) {
                watches.add(Watch.opened(admin, "/events"));
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
    private void awaitRoom() throws Exception {
        Watch.opened(admin, "/events").close();
    }
}
