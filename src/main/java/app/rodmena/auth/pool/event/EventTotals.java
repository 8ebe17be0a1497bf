package app.rodmena.auth.pool.event;

import app.rodmena.auth.schema.Description;

/** Counts of events by kind, and of the callers of checkouts. */
@Description("Counts of the pool's events since start; they are never reset")
public record EventTotals(
        @Description(value = "Connections opened", unit = "events")
        long connects,

        @Description(value = "Connections that could not be opened", unit = "events")
        long failedConnects,

        @Description(value = "Checkouts", unit = "events") long checkouts,

        @Description(
                value = "Callers that got a connection: more than checkouts if requests are batched",
                unit = "callers")
        long callersServed,

        @Description(value = "Check-ins", unit = "events") long checkins,

        @Description(value = "Connections found broken", unit = "events")
        long invalidations,

        @Description(value = "Connections marked for replacement", unit = "events")
        long softInvalidations,

        @Description(value = "Connections replaced because they were older than pool_recycle", unit = "events")
        long recycles,

        @Description(value = "Connections opened beyond pool_size", unit = "events")
        long overflowOpens,

        @Description(value = "Connections beyond pool_size closed", unit = "events")
        long overflowCloses,

        @Description(value = "Connections closed", unit = "events")
        long closes,

        @Description(value = "Waits that ended without a connection", unit = "events")
        long timeouts,

        @Description(value = "Callers refused immediately because max_waiting callers were waiting", unit = "events")
        long rejections,

        @Description(value = "Connections in use for longer than leak_threshold", unit = "events")
        long leaksSuspected,

        @Description(value = "Of these, connections that were checked in later", unit = "events")
        long leaksReturned,

        @Description(value = "Of these, connections that were reclaimed after reclaim_leaks_after", unit = "events")
        long leaksReclaimed) {

    static EventTotals of(PoolEvents events) {
        // Ends are read before starts, so that no row shows more check-ins than checkouts or more closes than connects.
        long leaksReturned = events.count(PoolEventKind.LEAK_RETURNED);
        long leaksReclaimed = events.count(PoolEventKind.LEAK_RECLAIMED);
        long checkins = events.count(PoolEventKind.CHECKIN);
        long overflowCloses = events.count(PoolEventKind.OVERFLOW_CLOSE);
        long closes = events.count(PoolEventKind.CLOSE);
        return new EventTotals(
                events.count(PoolEventKind.CONNECT),
                events.count(PoolEventKind.CONNECT_FAILED),
                events.count(PoolEventKind.CHECKOUT),
                events.callersServed(),
                checkins,
                events.count(PoolEventKind.INVALIDATE),
                events.count(PoolEventKind.SOFT_INVALIDATE),
                events.count(PoolEventKind.RECYCLE),
                events.count(PoolEventKind.OVERFLOW_OPEN),
                overflowCloses,
                closes,
                events.count(PoolEventKind.TIMEOUT),
                events.count(PoolEventKind.REJECTED),
                events.count(PoolEventKind.LEAK_SUSPECTED),
                leaksReturned,
                leaksReclaimed);
    }
}
