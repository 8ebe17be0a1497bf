package app.rodmena.auth.jmx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.pool.event.PoolEvent;
import app.rodmena.auth.pool.event.PoolEventKind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import javax.management.ListenerNotFoundException;
import javax.management.Notification;
import javax.management.NotificationListener;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import org.junit.jupiter.api.Test;

class NotificationSenderTest {
    private static final int FLOOD = 100_000;

    private final List<Notification> received = new CopyOnWriteArrayList<>();
    private final NotificationListener receiver = (notification, handback) -> received.add(notification);

    @Test
    void everyKindIsSentWithItsDataInOpenTypes() throws Exception {
        try (NotificationSender<PoolEvent> sender = sender()) {
            sender.addNotificationListener(receiver, null, null);
            for (PoolEventKind kind : PoolEventKind.values()) {
                sender.send(event(kind));
            }

            await().until(() -> received.size() == PoolEventKind.values().length);
            assertThat(received).extracting(Notification::getSequenceNumber).isSorted();
            Notification checkout = received.stream()
                    .filter(each -> each.getType().equals("app.rodmena.auth.pool.checkout"))
                    .findFirst()
                    .orElseThrow();
            assertThat(checkout.getMessage()).startsWith("checkout connection=7 pid=4123 wait=1.500ms");
            CompositeData data = (CompositeData) checkout.getUserData();
            assertThat(data.get("kind")).isEqualTo("checkout");
            assertThat(data.get("connection")).isEqualTo(7);
            assertThat(data.get("tookMillis")).isEqualTo(1.5);
            assertThat(data.get("route")).isEqualTo("GET /api/roles");
            assertThat(data.get("tenant")).isEqualTo("5f1c");
            assertThat(data.get("callers")).isEqualTo(3);
            assertThat(data.get("time")).isEqualTo("2026-11-23T15:34:52.000Z");
        }
    }

    @Test
    void aHangingSubscriberDelaysNoEventAndLosesNoSignificantOne() throws Exception {
        CountDownLatch hanging = new CountDownLatch(1);
        try (NotificationSender<PoolEvent> sender = sender()) {
            sender.addNotificationListener((notification, handback) -> awaitQuietly(hanging), null, null);
            sender.addNotificationListener(receiver, null, null);

            // Would never return if the subscriber delayed it.
            for (int i = 0; i < FLOOD; i++) {
                sender.send(event(PoolEventKind.CHECKOUT));
            }
            sender.send(event(PoolEventKind.LEAK_SUSPECTED));

            assertThat(sender.dropped()).isGreaterThan(FLOOD - 2000);
            assertThat(sender.waiting()).isLessThan(2000);
            hanging.countDown();
            await().until(() -> sender.waiting() == 0);
            await().until(() -> received.size() == sender.sent());
            assertThat(received)
                    .last()
                    .extracting(Notification::getType)
                    .isEqualTo("app.rodmena.auth.pool.leak_suspected");
            assertThat(sender.sent() + sender.dropped()).isEqualTo(FLOOD + 1);
            assertThat(received.get(received.size() - 1).getSequenceNumber()).isEqualTo(FLOOD + 1);
        }
    }

    @Test
    void aFailingSubscriberDoesNotAffectOthers() throws Exception {
        try (NotificationSender<PoolEvent> sender = sender()) {
            sender.addNotificationListener(
                    (notification, handback) -> {
                        throw new IllegalStateException("bad subscriber");
                    },
                    null,
                    null);
            sender.addNotificationListener(receiver, null, null);

            sender.send(event(PoolEventKind.CONNECT));
            sender.send(event(PoolEventKind.CLOSE));

            await().until(() -> received.size() == 2);
        }
    }

    @Test
    void nothingIsSentWithoutSubscribers() throws Exception {
        try (NotificationSender<PoolEvent> sender = sender()) {
            sender.addNotificationListener(receiver, null, "once");
            sender.removeNotificationListener(receiver, null, "once");

            sender.send(event(PoolEventKind.CONNECT));

            assertThat(sender.sent() + sender.dropped() + sender.waiting()).isZero();
            assertThatThrownBy(() -> sender.removeNotificationListener(receiver))
                    .isInstanceOf(ListenerNotFoundException.class);
        }
    }

    private static NotificationSender<PoolEvent> sender() throws Exception {
        return PoolEventsBean.sender(new ObjectName("test:type=PoolEvents"));
    }

    private static PoolEvent event(PoolEventKind kind) {
        return new PoolEvent(
                kind,
                Instant.parse("2026-11-23T15:34:52Z"),
                7,
                4123,
                Duration.ofNanos(1_500_000),
                "db-auth-1",
                new CallContext("GET /api/roles", () -> "5f1c").batchOf(3),
                "",
                Optional.empty());
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
