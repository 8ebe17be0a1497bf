package app.rodmena.auth.pool;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.events.PoolEvent;
import app.rodmena.auth.events.PoolEventKind;
import app.rodmena.auth.events.PoolEvents;
import app.rodmena.auth.testing.ConnectionStories;
import java.util.Collection;

/** What the events of a pool must look like, whatever happened to it. */
final class EventOrder {
    private EventOrder() {}

    /** Every connection was opened first and closed last, and checked in as often as out. */
    static void assertComplete(Collection<PoolEvent> events) {
        assertThat(stories(events).open()).isEmpty();
    }

    /** As far as it goes: no connection's story has a wrong turn. */
    static void assertPossible(Collection<PoolEvent> events) {
        stories(events);
    }

    /** The counters say what the listeners heard. */
    static void assertBalanced(PoolEvents counters, Collection<PoolEvent> events) {
        for (PoolEventKind kind : PoolEventKind.values()) {
            long heard = events.stream().filter(event -> event.kind() == kind).count();
            assertThat(counters.count(kind)).as(kind.wireName()).isEqualTo(heard);
        }
    }

    private static ConnectionStories stories(Collection<PoolEvent> events) {
        ConnectionStories stories = new ConnectionStories();
        for (PoolEvent event : events) {
            assertThat(stories.add(event.connectionId(), event.kind()))
                    .as(event.toString())
                    .isEmpty();
        }
        return stories;
    }
}
