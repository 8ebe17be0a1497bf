package app.rodmena.auth.jmx;

import app.rodmena.auth.events.EventQuery;
import app.rodmena.auth.events.PoolEventKind;
import app.rodmena.auth.events.PoolEvents;
import app.rodmena.auth.events.RecentEvents;
import app.rodmena.auth.mbean.Describe;
import app.rodmena.auth.mbean.Key;
import app.rodmena.auth.mbean.Table;
import app.rodmena.auth.views.EventRow;
import java.util.Arrays;
import java.util.List;

@Describe("The pool's events: the last ones, counts by kind, and a notification for each")
final class PoolEventsBean {
    private final PoolEvents events;
    private final RecentEvents recent;
    private final Notifier notifier;

    @Describe("How often one kind of event happened")
    record Count(
            @Key @Describe("What happened, as checkout or leak_suspected")
            String kind,

            @Describe(value = "How often since start", unit = "events")
            long count) {}

    PoolEventsBean(PoolEvents events, RecentEvents recent, Notifier notifier) {
        this.events = events;
        this.recent = recent;
        this.notifier = notifier;
    }

    @Describe("The last events, newest first")
    public List<EventRow> getEvents() {
        return recent.newestFirst().stream().map(EventRow::of).toList();
    }

    @Describe(value = "How many events are remembered at most", unit = "events")
    public int getCapacity() {
        return recent.capacity();
    }

    @Describe("How often each kind of event happened since start")
    public Table<Count> getCounts() {
        return new Table<>(Arrays.stream(PoolEventKind.values())
                .map(kind -> new Count(kind.wireName(), events.count(kind)))
                .toList());
    }

    @Describe(value = "How often a listener of events failed since start", unit = "failures")
    public long getListenerFailures() {
        return events.listenerFailures();
    }

    @Describe(value = "Who is subscribed to the notifications of this bean now", unit = "subscribers")
    public int getSubscribers() {
        return notifier.subscribers().count();
    }

    @Describe(value = "Notifications made since start; none is while nobody is subscribed", unit = "notifications")
    public long getNotificationsSent() {
        return notifier.sent();
    }

    @Describe(
            value = "Notifications lost since start, because subscribers were slower than events",
            unit = "notifications")
    public long getNotificationsDropped() {
        return notifier.dropped();
    }

    @Describe(value = "Notifications to be sent that wait for slower subscribers now", unit = "notifications")
    public int getNotificationsWaiting() {
        return notifier.waiting();
    }

    @Describe("Those of the last events that every one of these conditions lets through, newest first")
    public List<EventRow> find(
            @Describe("Kinds of events, as timeout,leak_suspected; empty for all") String kinds,
            @Describe(value = "The connection; 0 for all", unit = "number") int connection,
            @Describe("The first moment, as 2026-11-23T15:34:52Z or as -5m for five minutes ago; empty for any")
                    String from,
            @Describe("The last moment, written alike; empty for any") String to) {
        EventQuery query = EventQuery.parse(kinds, connection, from, to);
        return recent.newestFirst().stream().filter(query).map(EventRow::of).toList();
    }
}
