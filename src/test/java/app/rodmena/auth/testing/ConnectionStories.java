package app.rodmena.auth.testing;

import app.rodmena.auth.events.PoolEventKind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Follows the events of every connection: connect … (checkout checkin)* … close, exactly one close for each connect.
 */
public final class ConnectionStories {
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

    private final Map<Integer, At> stories = new HashMap<>();

    /** What is wrong with this event at this point; empty if nothing is, or if it is about no connection. */
    public Optional<String> add(int connection, PoolEventKind kind) {
        if (connection == 0) {
            return Optional.empty();
        }
        At before = stories.getOrDefault(connection, At.NOWHERE);
        At after = after(before, kind);
        stories.put(connection, after);
        return after == At.WRONG
                ? Optional.of("connection %d: %s after %s".formatted(connection, kind.wireName(), before))
                : Optional.empty();
    }

    /** The connections that are not closed. */
    public List<Integer> open() {
        return stories.entrySet().stream()
                .filter(story -> story.getValue() != At.CLOSED)
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
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
