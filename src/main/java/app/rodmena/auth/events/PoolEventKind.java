package app.rodmena.auth.events;

import java.util.Locale;

/** What can happen in a pool. */
public enum PoolEventKind {
    /** A connection was opened. */
    CONNECT,
    /** A connection could not be opened. */
    CONNECT_FAILED,
    /** A caller got a connection; the event tells how long it waited. */
    CHECKOUT,
    /** A caller gave its connection back; the event tells how long it had it. */
    CHECKIN,
    /** A connection proved broken: a pre-ping failed, or it broke in use. */
    INVALIDATE,
    /** A connection was marked, to be replaced at its next checkout or check-in. */
    SOFT_INVALIDATE,
    /** A connection was older than pool_recycle when somebody wanted it. */
    RECYCLE,
    /** A connection was opened beyond pool_size. */
    OVERFLOW_OPEN,
    /** A connection beyond pool_size was closed. */
    OVERFLOW_CLOSE,
    /** A connection was closed: once for each {@link #CONNECT}. */
    CLOSE,
    /** A wait ended without a connection; the cause tells why. */
    TIMEOUT,
    /** A caller was refused at once, because max_waiting others waited already. */
    REJECTED,
    /** A connection has been out for longer than leak_threshold. */
    LEAK_SUSPECTED,
    /** A connection suspected of having leaked came back after all. */
    LEAK_RETURNED,
    /** A connection held longer than reclaim_leaks_after was taken away from its holder and closed. */
    LEAK_RECLAIMED;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    /** The name in logs, metrics and JSON, as {@code soft_invalidate}. */
    public String wireName() {
        return wireName;
    }
}
