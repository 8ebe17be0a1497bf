package app.rodmena.auth.jmx.mapping;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.management.ListenerNotFoundException;
import javax.management.MBeanNotificationInfo;
import javax.management.Notification;
import javax.management.NotificationEmitter;
import javax.management.NotificationFilter;
import javax.management.NotificationListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The subscribers to notifications. Unlike the JDK's NotificationBroadcasterSupport it knows whether there are any, so
 * that notifications are created only when needed. Thread-safe.
 */
public final class NotificationSubscribers implements NotificationEmitter {
    private static final Logger LOG = LoggerFactory.getLogger("auth.jmx");

    private final List<Subscription> subscriptions = new CopyOnWriteArrayList<>();
    private final MBeanNotificationInfo[] notifications;

    private record Subscription(NotificationListener listener, NotificationFilter filter, Object handback) {
        boolean matches(NotificationListener listener, NotificationFilter filter, Object handback) {
            return this.listener == listener && this.filter == filter && this.handback == handback;
        }

        void send(Notification notification) {
            try {
                if (filter == null || filter.isNotificationEnabled(notification)) {
                    listener.handleNotification(notification, handback);
                }
            } catch (RuntimeException e) {
                LOG.debug("A subscriber failed on {}", notification, e);
            }
        }
    }

    /**
     * Creates a broadcaster of these kinds of notifications.
     *
     * @param notifications all kinds that will be sent
     */
    public NotificationSubscribers(MBeanNotificationInfo... notifications) {
        this.notifications = notifications.clone();
    }

    /** The number of subscriptions. */
    public int count() {
        return subscriptions.size();
    }

    /** Notifies all subscribers in turn; an exception of one does not affect the others. */
    public void send(Notification notification) {
        subscriptions.forEach(subscription -> subscription.send(notification));
    }

    @Override
    public void addNotificationListener(NotificationListener listener, NotificationFilter filter, Object handback) {
        subscriptions.add(new Subscription(Objects.requireNonNull(listener, "listener"), filter, handback));
    }

    @Override
    public void removeNotificationListener(NotificationListener listener) throws ListenerNotFoundException {
        if (!subscriptions.removeIf(subscription -> subscription.listener() == listener)) {
            throw new ListenerNotFoundException("The listener is not subscribed");
        }
    }

    @Override
    public void removeNotificationListener(NotificationListener listener, NotificationFilter filter, Object handback)
            throws ListenerNotFoundException {
        Subscription first = subscriptions.stream()
                .filter(subscription -> subscription.matches(listener, filter, handback))
                .findFirst()
                .orElseThrow(() ->
                        new ListenerNotFoundException("The listener is not subscribed with this filter and handback"));
        subscriptions.remove(first);
    }

    @Override
    public MBeanNotificationInfo[] getNotificationInfo() {
        return notifications.clone();
    }
}
