package app.rodmena.auth.pool;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.pool.event.PoolEvent;
import app.rodmena.auth.pool.event.PoolEventKind;
import app.rodmena.auth.pool.event.PoolEvents;
import app.rodmena.auth.testing.ConnectionStories;
import java.util.Collection;

/** Checks that the events of a pool are in order and complete. */
final class EventOrder {
    private EventOrder() {}

    /** Asserts that each connection is opened first, closed last, and checked in as often as checked out. */
    static void assertComplete(Collection<PoolEvent> events) {
        assertThat(stories(events).open()).isEmpty();
    }

    /** Asserts that no event is out of order; connections may still be open. */
    static void assertPossible(Collection<PoolEvent> events) {
        stories(events);
    }

    /** Asserts that the counters match the events that listeners received. */
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
