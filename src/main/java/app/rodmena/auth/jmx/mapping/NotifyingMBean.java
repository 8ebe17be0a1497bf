package app.rodmena.auth.jmx.mapping;

import javax.management.ListenerNotFoundException;
import javax.management.MBeanNotificationInfo;
import javax.management.NotificationEmitter;
import javax.management.NotificationFilter;
import javax.management.NotificationListener;

/** An MBean that emits notifications. */
public final class NotifyingMBean extends DescribedMBean implements NotificationEmitter {
    private final NotificationSubscribers subscribers;

    /**
     * Creates the MBean of {@code bean}.
     *
     * @param subscribers the subscribers to its notifications
     */
    public NotifyingMBean(Object bean, NotificationSubscribers subscribers) {
        super(bean, subscribers.getNotificationInfo());
        this.subscribers = subscribers;
    }

    @Override
    public void addNotificationListener(NotificationListener listener, NotificationFilter filter, Object handback) {
        subscribers.addNotificationListener(listener, filter, handback);
    }

    @Override
    public void removeNotificationListener(NotificationListener listener) throws ListenerNotFoundException {
        subscribers.removeNotificationListener(listener);
    }

    @Override
    public void removeNotificationListener(NotificationListener listener, NotificationFilter filter, Object handback)
            throws ListenerNotFoundException {
        subscribers.removeNotificationListener(listener, filter, handback);
    }

    @Override
    public MBeanNotificationInfo[] getNotificationInfo() {
        return subscribers.getNotificationInfo();
    }
}
