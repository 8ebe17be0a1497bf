package app.rodmena.auth.events;

import java.util.Locale;

/** The kinds of pool events. */
public enum PoolEventKind {
    /** A connection was opened. */
    CONNECT,
    /** A connection could not be opened. */
    CONNECT_FAILED,
    /** A caller received a connection; the event contains the wait. */
    CHECKOUT,
    /** A caller returned its connection; the event contains the time of use. */
    CHECKIN,
    /** A connection was found broken: a pre-ping failed, or it broke in use. */
    INVALIDATE,
    /** A connection was marked for replacement at its next checkout or check-in. */
    SOFT_INVALIDATE,
    /** A connection was older than pool_recycle at checkout. */
    RECYCLE,
    /** A connection was opened beyond pool_size. */
    OVERFLOW_OPEN,
    /** A connection beyond pool_size was closed. */
    OVERFLOW_CLOSE,
    /** A connection was closed: once for each {@link #CONNECT}. */
    CLOSE,
    /** A wait ended without a connection; the event contains the cause. */
    TIMEOUT,
    /** A caller was refused immediately because max_waiting callers were already waiting. */
    REJECTED,
    /** A connection has been checked out for longer than leak_threshold. */
    LEAK_SUSPECTED,
    /** A connection suspected of a leak was returned. */
    LEAK_RETURNED,
    /** A connection that was held longer than reclaim_leaks_after was revoked and closed. */
    LEAK_RECLAIMED;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    /** The name in logs, metrics and JSON, such as {@code soft_invalidate}. */
    public String wireName() {
        return wireName;
    }
}
