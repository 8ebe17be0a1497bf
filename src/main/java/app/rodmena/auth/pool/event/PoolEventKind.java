package app.rodmena.auth.pool.event;

import app.rodmena.auth.common.WireNamed;
import java.util.Locale;
import org.slf4j.event.Level;

public enum PoolEventKind implements WireNamed {
    /** A connection was opened. */
    CONNECT(Level.DEBUG, Measure.CONNECT),
    /** A connection could not be opened. */
    CONNECT_FAILED(Level.WARN, Measure.CONNECT),
    /** A caller received a connection; the event contains the wait. */
    CHECKOUT(Level.DEBUG, Measure.WAIT),
    /** A caller returned its connection; the event contains the time of use. */
    CHECKIN(Level.DEBUG, Measure.USE),
    /** A connection was found broken: a pre-ping failed, or it broke in use. */
    INVALIDATE(Level.WARN, Measure.AGE),
    /** A connection was marked for replacement at its next checkout or check-in. */
    SOFT_INVALIDATE(Level.INFO, Measure.AGE),
    /** A connection was older than pool_recycle at checkout. */
    RECYCLE(Level.INFO, Measure.AGE),
    /** A connection was opened beyond pool_size. */
    OVERFLOW_OPEN(Level.DEBUG, Measure.AGE),
    /** A connection beyond pool_size was closed. */
    OVERFLOW_CLOSE(Level.DEBUG, Measure.AGE),
    /** A connection was closed: once for each {@link #CONNECT}. */
    CLOSE(Level.DEBUG, Measure.AGE),
    /** A wait ended without a connection for another reason than those below; the event contains the cause. */
    TIMEOUT(Level.WARN, Measure.WAIT),
    /** A caller was refused immediately because max_waiting callers were already waiting. */
    REJECTED(Level.WARN, Measure.WAIT),
    /** A connection has been checked out for longer than leak_threshold. */
    LEAK_SUSPECTED(Level.WARN, Measure.USE),
    /** A connection suspected of a leak was returned. */
    LEAK_RETURNED(Level.WARN, Measure.USE),
    /** A connection that was held longer than reclaim_leaks_after was revoked and closed. */
    LEAK_RECLAIMED(Level.ERROR, Measure.USE),
    /** The deadline of a caller passed while it waited, or while its statement ran. */
    DEADLINE(Level.WARN, Measure.WAIT),
    /** A caller left while it waited, or while its statement ran. */
    CANCELLED(Level.INFO, Measure.WAIT),
    /** A waiting caller was refused in favor of a caller of a tenant with fewer waiting callers. */
    DISPLACED(Level.WARN, Measure.WAIT),
    /** A waiting caller was refused because the pool was overloaded. */
    SHED(Level.WARN, Measure.WAIT);

    /** What {@link PoolEvent#took} measures. */
    enum Measure implements WireNamed {
        WAIT,
        USE,
        CONNECT,
        AGE
    }

    private final Level level;
    private final Measure measure;
    private final String wireName = name().toLowerCase(Locale.ROOT);

    PoolEventKind(Level level, Measure measure) {
        this.level = level;
        this.measure = measure;
    }

    @Override
    public String wireName() {
        return wireName;
    }

    public Level level() {
        return level;
    }

    /** Whether the event matters to an operator; false for events of a healthy pool, thousands a second. */
    public boolean isSignificant() {
        return level != Level.DEBUG;
    }

    /** Whether one cause can produce an event for each request or each connection. */
    boolean isRepeated() {
        return switch (this) {
            case CONNECT_FAILED, INVALIDATE, SOFT_INVALIDATE, RECYCLE -> true;
            case TIMEOUT, REJECTED, DEADLINE, CANCELLED, DISPLACED, SHED -> true;
            default -> false;
        };
    }

    Measure measure() {
        return measure;
    }
}
