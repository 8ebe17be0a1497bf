package app.rodmena.auth.jmx;

import app.rodmena.auth.common.DaemonThreads;
import app.rodmena.auth.diagnosis.incident.Incident;
import app.rodmena.auth.diagnosis.incident.IncidentListener;
import app.rodmena.auth.jmx.mapping.NotificationSubscribers;
import app.rodmena.auth.jmx.mapping.OpenMapping;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.MBeanNotificationInfo;
import javax.management.Notification;
import javax.management.ObjectName;

/**
 * Sends incidents as JMX notifications on its own thread, so that a slow subscriber does not delay incidents. A
 * notification is dropped if {@value #QUEUE} others are waiting. Thread-safe.
 */
final class IncidentNotifier implements IncidentListener, AutoCloseable {
    static final String TYPE = "app.rodmena.auth.incident";

    private static final int QUEUE = 100;
    private static final OpenMapping ROW = OpenMapping.of(Incident.class);

    private final ObjectName source;
    private final AtomicLong sent = new AtomicLong();
    private final NotificationSubscribers subscribers = new NotificationSubscribers(new MBeanNotificationInfo(
            new String[] {TYPE},
            Notification.class.getName(),
            "An incident; the message is its sentence, userData is its row of the attribute Incidents"));
    private final ThreadPoolExecutor thread = new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(QUEUE),
            DaemonThreads.named("auth-jmx-incidents"),
            new ThreadPoolExecutor.DiscardPolicy());

    /** @param source the bean that emits the notifications */
    IncidentNotifier(ObjectName source) {
        this.source = source;
    }

    NotificationSubscribers subscribers() {
        return subscribers;
    }

    @Override
    public void onIncident(Incident incident) {
        if (subscribers.count() > 0) {
            thread.execute(() -> send(incident));
        }
    }

    private void send(Incident incident) {
        Notification notification = new Notification(
                TYPE, source, sent.incrementAndGet(), incident.time().toEpochMilli(), incident.sentence());
        notification.setUserData(ROW.toOpen().apply(incident));
        subscribers.send(notification);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
