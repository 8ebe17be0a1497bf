package app.rodmena.auth.testing;

import app.rodmena.auth.pool.event.PoolEventKind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Checks the order of each connection's events: connect … (checkout checkin)* … close, with exactly one close for each
 * connect. Not thread-safe.
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
        /** The state after an event out of order. */
        WRONG
    }

    private final Map<Integer, At> stories = new HashMap<>();

    /** Adds an event; returns an error if it is out of order. Ignores events without a connection. */
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

    /** The numbers of the connections that are not closed. */
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
