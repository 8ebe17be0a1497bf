package app.rodmena.auth.pool;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.events.PoolEvent;
import app.rodmena.auth.events.PoolEventKind;
import app.rodmena.auth.events.PoolEvents;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** What the events of a pool must look like, whatever happened to it. */
final class EventOrder {
    private enum At {
        NOWHERE,
        CONNECTED,
        IDLE,
        OUT,
        COMING_BACK,
        ENDING,
        CLOSED,
        /** Where no story may lead. */
        WRONG
    }

    private EventOrder() {}

    /** Every connection was opened first and closed last, and checked in as often as out. */
    static void assertComplete(Collection<PoolEvent> events) {
        assertThat(stories(events)).allSatisfy((id, at) -> assertThat(at).isEqualTo(At.CLOSED));
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

    private static Map<Integer, At> stories(Collection<PoolEvent> events) {
        Map<Integer, At> stories = new HashMap<>();
        for (PoolEvent event : events) {
            if (event.connectionId() != 0) {
                At before = stories.getOrDefault(event.connectionId(), At.NOWHERE);
                At after = after(before, event.kind());
                assertThat(after)
                        .as("connection %d, %s: %s", event.connectionId(), before, event)
                        .isNotEqualTo(At.WRONG);
                stories.put(event.connectionId(), after);
            }
        }
        return stories;
    }

    private static At after(At at, PoolEventKind kind) {
        return switch (at) {
            case NOWHERE -> kind == PoolEventKind.CONNECT ? At.CONNECTED : At.WRONG;
            case CONNECTED -> kind == PoolEventKind.OVERFLOW_OPEN ? At.IDLE : after(At.IDLE, kind);
            case IDLE ->
                switch (kind) {
                    case SOFT_INVALIDATE, RECYCLE, INVALIDATE -> At.IDLE;
                    case CHECKOUT -> At.OUT;
                    case OVERFLOW_CLOSE -> At.ENDING;
                    case CLOSE -> At.CLOSED;
                    default -> At.WRONG;
                };
            case OUT ->
                switch (kind) {
                    case SOFT_INVALIDATE, LEAK_SUSPECTED, INVALIDATE -> At.OUT;
                    case LEAK_RETURNED, LEAK_RECLAIMED -> At.COMING_BACK;
                    case CHECKIN -> At.IDLE;
                    default -> At.WRONG;
                };
            case COMING_BACK -> kind == PoolEventKind.CHECKIN ? At.IDLE : At.WRONG;
            case ENDING -> kind == PoolEventKind.CLOSE ? At.CLOSED : At.WRONG;
            case CLOSED, WRONG -> At.WRONG;
        };
    }
}
