package app.rodmena.auth.jmx;

import app.rodmena.auth.jmx.mapping.OpenMapping;
import app.rodmena.auth.jmx.mapping.OpenMapping.Table;
import app.rodmena.auth.pool.event.EventLog;
import app.rodmena.auth.pool.event.EventQuery;
import app.rodmena.auth.pool.event.PoolEvent;
import app.rodmena.auth.pool.event.PoolEventKind;
import app.rodmena.auth.pool.event.PoolEvents;
import app.rodmena.auth.pool.event.RecentEvents;
import app.rodmena.auth.schema.Description;
import java.util.Arrays;
import java.util.List;
import javax.management.MBeanNotificationInfo;
import javax.management.Notification;
import javax.management.ObjectName;

@Description("The pool's events: the last ones, counts by kind, and a notification for each")
record PoolEventsBean(PoolEvents events, RecentEvents recent, NotificationSender<PoolEvent> sender) {
    private static final int MAX_WAITING = 1024;

    /** Places of the queue for significant events, so that a flood of checkouts does not displace a suspected leak. */
    private static final int RESERVED_FOR_SIGNIFICANT = 256;

    @Description("Number of events of one kind")
    record Count(
            @Description(key = true, value = "Kind of the event, for example checkout or leak_suspected")
            String kind,

            @Description(value = "Count since start", unit = "events")
            long count) {}

    /** The sender of the bean with this name. */
    static NotificationSender<PoolEvent> sender(ObjectName name) {
        return new NotificationSender<>(
                "auth-jmx-notifier",
                new MBeanNotificationInfo(
                        Arrays.stream(PoolEventKind.values())
                                .map(PoolEventsBean::typeOf)
                                .toArray(String[]::new),
                        Notification.class.getName(),
                        "An event of the pool; userData describes it as CompositeData "
                                + PoolEvent.class.getSimpleName()),
                MAX_WAITING,
                event -> event.kind().isSignificant() ? 0 : RESERVED_FOR_SIGNIFICANT,
                (event, number) -> new Notification(
                        typeOf(event.kind()), name, number, event.time().toEpochMilli(), EventLog.line(event)),
                OpenMapping.of(PoolEvent.class));
    }

    private static String typeOf(PoolEventKind kind) {
        return "app.rodmena.auth.pool." + kind.wireName();
    }

    @Description("The last events, newest first")
    public List<PoolEvent> getEvents() {
        return recent.newestFirst();
    }

    @Description(value = "Maximum number of events in memory", unit = "events")
    public int getCapacity() {
        return recent.capacity();
    }

    @Description("Number of events of each kind since start")
    public Table<Count> getCounts() {
        return new Table<>(Arrays.stream(PoolEventKind.values())
                .map(kind -> new Count(kind.wireName(), events.count(kind)))
                .toList());
    }

    @Description(value = "Failures of event listeners since start", unit = "failures")
    public long getListenerFailures() {
        return events.listenerFailures();
    }

    @Description(value = "Current subscribers to the notifications of this bean", unit = "subscribers")
    public int getSubscribers() {
        return sender.subscribers();
    }

    @Description(value = "Notifications sent since start; none are sent without subscribers", unit = "notifications")
    public long getNotificationsSent() {
        return sender.sent();
    }

    @Description(
            value = "Notifications dropped since start because the subscribers were too slow",
            unit = "notifications")
    public long getNotificationsDropped() {
        return sender.dropped();
    }

    @Description(value = "Notifications waiting to be sent", unit = "notifications")
    public int getNotificationsWaiting() {
        return sender.waiting();
    }

    @Description("The last events that match all conditions, newest first")
    public List<PoolEvent> find(
            @Description("Kinds of events, for example timeout,leak_suspected; empty for all") String kinds,
            @Description(value = "Connection number; 0 for all", unit = "number") int connection,
            @Description(
                            "Start time, for example 2026-11-23T15:34:52Z, or -5m for five minutes ago; empty for no limit")
                    String from,
            @Description("End time, in the same format; empty for no limit") String to) {
        EventQuery query = EventQuery.parse(kinds, connection, from, to);
        return recent.newestFirst().stream().filter(query).toList();
    }
}
