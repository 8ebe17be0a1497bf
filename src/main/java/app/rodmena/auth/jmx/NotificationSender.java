package app.rodmena.auth.jmx;

import app.rodmena.auth.common.DaemonThreads;
import app.rodmena.auth.jmx.mapping.OpenMapping;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiFunction;
import java.util.function.ToIntFunction;
import javax.management.ListenerNotFoundException;
import javax.management.MBeanNotificationInfo;
import javax.management.Notification;
import javax.management.NotificationBroadcasterSupport;
import javax.management.NotificationFilter;
import javax.management.NotificationListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends events as JMX notifications on its own thread, behind a bounded queue, so that a slow or dead subscriber does
 * not delay requests. A notification is dropped and counted if the queue has no place for it, which leaves a gap in the
 * sequence numbers. Does nothing while there are no subscribers. Thread-safe.
 */
final class NotificationSender<T> extends NotificationBroadcasterSupport implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("auth.jmx");

    private final List<NotificationListener> subscribers = new CopyOnWriteArrayList<>();
    private final BlockingQueue<T> queue;
    private final ToIntFunction<T> reserved;
    private final LongAdder sent = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private final Thread thread;

    /**
     * @param info the kinds of notifications
     * @param capacity the size of the queue
     * @param reserved the places of the queue that an event must leave free
     * @param toNotification the notification of an event, from its sequence number, without its user data
     * @param row maps an event to the user data
     */
    NotificationSender(
            String threadName,
            MBeanNotificationInfo info,
            int capacity,
            ToIntFunction<T> reserved,
            BiFunction<T, Long, Notification> toNotification,
            OpenMapping row) {
        super(info);
        this.queue = new ArrayBlockingQueue<>(capacity);
        this.reserved = reserved;
        thread = DaemonThreads.start(threadName, () -> sendAll(toNotification, row));
    }

    @Override
    public void addNotificationListener(NotificationListener listener, NotificationFilter filter, Object handback) {
        super.addNotificationListener(listener, filter, handback);
        subscribers.add(listener);
    }

    @Override
    public void removeNotificationListener(NotificationListener listener) throws ListenerNotFoundException {
        super.removeNotificationListener(listener);
        subscribers.removeIf(each -> each == listener);
    }

    @Override
    public void removeNotificationListener(NotificationListener listener, NotificationFilter filter, Object handback)
            throws ListenerNotFoundException {
        super.removeNotificationListener(listener, filter, handback);
        subscribers.remove(listener);
    }

    int subscribers() {
        return subscribers.size();
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

    /** Queues an event, or drops it. Never blocks. */
    void send(T event) {
        if (subscribers.isEmpty()) {
            return;
        }
        boolean mayWait = queue.remainingCapacity() > reserved.applyAsInt(event);
        if (!mayWait || !queue.offer(event)) {
            dropped.increment();
        }
    }

    private void sendAll(BiFunction<T, Long, Notification> toNotification, OpenMapping row) {
        while (true) {
            try {
                T event = queue.take();
                sent.increment();
                Notification notification = toNotification.apply(event, sent.sum() + dropped.sum());
                notification.setUserData(row.toOpen().apply(event));
                sendNotification(notification);
            } catch (InterruptedException e) {
                return; // Closed.
            } catch (RuntimeException | Error e) {
                LOG.warn("A notification could not be sent", e);
            }
        }
    }

    /** Stops sending; queued notifications are discarded. */
    @Override
    public void close() {
        thread.interrupt();
    }
}
