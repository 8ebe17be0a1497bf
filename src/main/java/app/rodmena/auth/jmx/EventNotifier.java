package app.rodmena.auth.jmx;

import app.rodmena.auth.common.DaemonThreads;
import app.rodmena.auth.jmx.mapping.NotificationSubscribers;
import app.rodmena.auth.jmx.mapping.OpenMapping;
import app.rodmena.auth.pool.event.EventLog;
import app.rodmena.auth.pool.event.PoolEvent;
import app.rodmena.auth.pool.event.PoolEventKind;
import app.rodmena.auth.pool.event.PoolListener;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.LongAdder;
import javax.management.MBeanNotificationInfo;
import javax.management.Notification;
import javax.management.ObjectName;

/**
 * Sends the pool's events as JMX notifications on its own thread, behind a bounded queue, so that a slow or dead
 * subscriber does not delay requests. A notification is dropped and counted if the queue is full, which leaves a gap in
 * the sequence numbers. The last {@value #RESERVED_FOR_SIGNIFICANT} places are reserved for significant events, so that
 * a flood of checkouts does not displace a suspected leak. Does nothing while there are no subscribers. Thread-safe.
 */
final class EventNotifier implements PoolListener, AutoCloseable {
    static final String TYPE_PREFIX = "app.rodmena.auth.pool.";

    private static final int QUEUE = 1024;
    private static final int RESERVED_FOR_SIGNIFICANT = 256;
    private static final OpenMapping ROW = OpenMapping.of(PoolEvent.class);

    private final ObjectName source;
    private final NotificationSubscribers subscribers = new NotificationSubscribers(new MBeanNotificationInfo(
            Arrays.stream(PoolEventKind.values()).map(EventNotifier::typeOf).toArray(String[]::new),
            Notification.class.getName(),
            "An event of the pool; userData describes it as CompositeData " + PoolEvent.class.getSimpleName()));
    private final BlockingQueue<PoolEvent> queue = new ArrayBlockingQueue<>(QUEUE);
    private final LongAdder sent = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private final Thread thread;

    /** @param source the bean that emits the notifications */
    EventNotifier(ObjectName source) {
        this.source = source;
        thread = DaemonThreads.start("auth-jmx-notifier", this::sendAll);
    }

    static String typeOf(PoolEventKind kind) {
        return TYPE_PREFIX + kind.wireName();
    }

    NotificationSubscribers subscribers() {
        return subscribers;
    }

    long sent() {
        return sent.sum();
    }

    long dropped() {
        return dropped.sum();
    }

    int waiting() {
        return queue.size();
    }

    @Override
    public void onEvent(PoolEvent event) {
        if (subscribers.count() == 0) {
            return;
        }
        boolean mayWait = event.kind().isSignificant() || queue.remainingCapacity() > RESERVED_FOR_SIGNIFICANT;
        if (!mayWait || !queue.offer(event)) {
            dropped.increment();
        }
    }

    private void sendAll() {
        try {
            while (true) {
                PoolEvent event = queue.take();
                sent.increment();
                subscribers.send(notification(event));
            }
        } catch (InterruptedException e) {
            // Closed.
        }
    }

    private Notification notification(PoolEvent event) {
        Notification notification = new Notification(
                typeOf(event.kind()),
                source,
                sent.sum() + dropped.sum(),
                event.time().toEpochMilli(),
                EventLog.line(event));
        notification.setUserData(ROW.toOpen().apply(event));
        return notification;
    }

    /** Stops sending; queued notifications are discarded. */
    @Override
    public void close() {
        thread.interrupt();
    }
}
