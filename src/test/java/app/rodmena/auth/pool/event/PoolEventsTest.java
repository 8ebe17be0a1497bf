package app.rodmena.auth.pool.event;

import static app.rodmena.auth.pool.event.PoolEventKind.CHECKIN;
import static app.rodmena.auth.pool.event.PoolEventKind.CHECKOUT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class PoolEventsTest {
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger database = (Logger) LoggerFactory.getLogger("auth.database");
    private final Logger events = (Logger) LoggerFactory.getLogger("auth.events");
    private final Level usual = database.getLevel();

    @BeforeEach
    void listen() {
        log.start();
        database.addAppender(log);
        events.addAppender(log);
    }

    @AfterEach
    void stopListening() {
        database.detachAppender(log);
        events.detachAppender(log);
        database.setLevel(usual);
    }

    @Test
    void aThrowingListenerIsCountedAndLoggedOncePerKind() {
        PoolEvents pool = new PoolEvents();
        List<PoolEvent> heard = new ArrayList<>();
        pool.add(event -> {
            throw new StackOverflowError();
        });
        pool.add(heard::add);
        for (int i = 0; i < 3; i++) {
            pool.emit(event(CHECKOUT));
            pool.emit(event(CHECKIN));
        }
        assertThat(heard).hasSize(6);
        assertThat(pool.count(CHECKOUT)).isEqualTo(3);
        assertThat(pool.listenerFailures()).isEqualTo(6);
        assertThat(log.list)
                .hasSize(2)
                .allSatisfy(line -> assertThat(line.getLevel()).isEqualTo(Level.WARN));
    }

    @Test
    void aRemovedListenerGetsNoEvents() {
        PoolEvents pool = new PoolEvents();
        List<PoolEvent> heard = new ArrayList<>();
        PoolListener listener = heard::add;
        pool.add(listener);
        pool.emit(event(CHECKOUT));
        pool.remove(listener);
        pool.emit(event(CHECKIN));
        assertThat(heard).extracting(PoolEvent::kind).containsExactly(CHECKOUT);
    }

    @Test
    void everyEventIsLoggedAtItsLevel() {
        database.setLevel(Level.DEBUG);
        EventLog eventLog = new EventLog();
        for (PoolEventKind kind : PoolEventKind.values()) {
            eventLog.onEvent(event(kind));
        }
        assertThat(log.list)
                .extracting(line ->
                        line.getLevel() + " " + line.getFormattedMessage().replaceFirst(" .*", ""))
                .containsExactly(
                        "DEBUG connect",
                        "WARN connect_failed",
                        "DEBUG checkout",
                        "DEBUG checkin",
                        "WARN invalidate",
                        "INFO soft_invalidate",
                        "INFO recycle",
                        "DEBUG overflow_open",
                        "DEBUG overflow_close",
                        "DEBUG close",
                        "WARN timeout",
                        "WARN rejected",
                        "WARN leak_suspected",
                        "WARN leak_returned",
                        "ERROR leak_reclaimed",
                        "WARN deadline",
                        "INFO cancelled",
                        "WARN displaced",
                        "WARN shed");
        assertThat(log.list.get(2).getFormattedMessage()).isEqualTo("""
                        checkout connection=3 pid=4123 wait=0.214ms route="GET /api/roles" tenant=5f1c request_id=r-7 \
                        thread=db-1 cause="because"\
                        """);
    }

    @Test
    void repeatedFailuresAreSummarisedOnceASecond() {
        database.setLevel(Level.INFO);
        EventLog eventLog = new EventLog();
        for (int i = 0; i < 120; i++) {
            eventLog.onEvent(event(PoolEventKind.TIMEOUT));
        }
        eventLog.onEvent(event(PoolEventKind.REJECTED));
        assertThat(log.list)
                .extracting(line -> line.getFormattedMessage().replaceFirst(" .*", ""))
                .containsExactly("timeout", "rejected");

        await().untilAsserted(() -> assertThat(log.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .contains("timeout 119 more in the last second cause=\"because\""));
    }

    private static PoolEvent event(PoolEventKind kind) {
        return new PoolEvent(
                kind,
                Instant.EPOCH,
                3,
                4123,
                Duration.ofNanos(214_000),
                "db-1",
                new CallContext("GET /api/roles", () -> "5f1c").with(new RequestIds("r-7", "")),
                "because",
                Optional.empty());
    }
}
