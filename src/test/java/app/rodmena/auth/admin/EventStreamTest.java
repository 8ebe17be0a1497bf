package app.rodmena.auth.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.pool.event.PoolEvent;
import app.rodmena.auth.pool.event.PoolEventKind;
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
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The event stream: numbers of each second, events, limits. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EventStreamTest {
    private static final int MAX_CLIENTS = 20;

    private TestAdmin admin;

    @BeforeAll
    void start() throws Exception {
        admin = TestAdmin.anonymous(PoolSettings.DEFAULT.with(draft -> draft.batchSlots = 0));
    }

    @AfterAll
    void stop() {
        admin.close();
    }

    @Test
    void everySecondIsSentWithTheFieldsOfTheHistory() throws Exception {
        try (EventStreamReader reader = EventStreamReader.open(admin, "/events")) {
            await().until(() -> reader.data("pool").size() >= 2);
            JsonNode second = reader.data("pool").get(0);

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
    void eventsAreSentAndCheckoutsOnlyOnRequest() throws Exception {
        try (EventStreamReader defaultKinds = EventStreamReader.open(admin, "/events");
                EventStreamReader checkoutKinds = EventStreamReader.open(admin, "/events?kinds=checkout,checkin")) {
            assertThat(admin.api("/api/roles").get().statusCode()).isEqualTo(200);

            await().until(() -> checkoutKinds.data("event").size() >= 2);
            assertThat(checkoutKinds.data("event").get(0).at("/kind").textValue())
                    .isEqualTo("checkout");
            assertThat(checkoutKinds.data("event").get(0).at("/route").textValue())
                    .isEqualTo("GET /api/roles");
            assertThat(defaultKinds.data("event"))
                    .noneMatch(event -> event.at("/kind").textValue().startsWith("check"));
        }
    }

    @Test
    void aClientThatDoesNotReadDelaysNoOtherAndIsDisconnected() throws Exception {
        List<EventStreamReader> readers = new ArrayList<>();
        try (Socket nonReading = new Socket()) {
            nonReading.setReceiveBufferSize(4096);
            nonReading.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), admin.port()));
            nonReading
                    .getOutputStream()
                    .write("GET /events?kinds=all HTTP/1.1\r\nHost: localhost\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            while (readers.size() < MAX_CLIENTS - 1) {
                readers.add(EventStreamReader.open(admin, "/events"));
            }
            await().until(() -> admin.get("/events").statusCode() == 503);

            for (int i = 0; i < 20; i++) {
                List<CompletableFuture<HttpResponse<String>>> responses = Stream.generate(() -> admin.api("/api/roles"))
                        .limit(100)
                        .toList();
                for (var response : responses) {
                    assertThat(response.get().statusCode()).isEqualTo(200);
                }
            }

            awaitRoom();
            EventStreamReader other = readers.get(0);
            int before = other.data("pool").size();
            await().until(() -> other.data("pool").size() > before + 1);
        } finally {
            readers.forEach(EventStreamReader::close);
        }
        awaitRoom();
    }

    @Test
    void droppedEventsAreCountedPerClient() throws Exception {
        try (EventStreamReader flooded = EventStreamReader.open(admin, "/events?kinds=checkin");
                EventStreamReader other = EventStreamReader.open(admin, "/events?kinds=timeout")) {
            DatabaseEngine engine = admin.engine();
            PoolEvent event = new PoolEvent(
                    PoolEventKind.CHECKIN,
                    Instant.now(),
                    0,
                    0,
                    Duration.ZERO,
                    "flood",
                    CallContext.POOL,
                    "",
                    Optional.empty());
            // More events than the queue holds between two ticks
            IntStream.range(0, 50_000).forEach(i -> engine.events().emit(event));
            await().until(() -> dropped(flooded) > 0);

            try (EventStreamReader late = EventStreamReader.open(admin, "/events?kinds=checkin")) {
                await().until(() -> !late.data("pool").isEmpty());
                assertThat(dropped(late)).isZero();
                assertThat(dropped(other)).isZero();
            }
        }
        awaitRoom();
    }

    private static int dropped(EventStreamReader reader) throws Exception {
        return reader.data("pool").stream()
                .mapToInt(second -> second.at("/dropped").intValue())
                .max()
                .orElse(0);
    }

    @Test
    void twentyClientsAreAcceptedAndAnotherOnceOneLeaves() throws Exception {
        List<EventStreamReader> readers = new ArrayList<>();
        try {
            for (int i = 0; i < MAX_CLIENTS; i++) {
                readers.add(EventStreamReader.open(admin, "/events"));
            }
            assertThat(admin.get("/events").statusCode()).isEqualTo(503);
            readers.remove(0).close();
            awaitRoom();
        } finally {
            readers.forEach(EventStreamReader::close);
        }
        awaitRoom();
    }

    @Test
    void anUnknownKindIsRefused() throws Exception {
        assertThat(admin.get("/events?kinds=nap").statusCode()).isEqualTo(400);
    }

    /** Waits until another client is accepted: a disconnect is detected at the next write. */
    private void awaitRoom() throws Exception {
        EventStreamReader.open(admin, "/events").close();
    }
}
