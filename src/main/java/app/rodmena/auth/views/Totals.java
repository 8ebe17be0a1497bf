package app.rodmena.auth.views;

import app.rodmena.auth.events.PoolEventKind;
import app.rodmena.auth.events.PoolEvents;
import app.rodmena.auth.mbean.Describe;

@Describe("How often each thing happened since start; none of these is ever reset")
public record Totals(
        @Describe(value = "Connections opened", unit = "events")
        long connects,

        @Describe(value = "Connections that could not be opened", unit = "events")
        long failedConnects,

        @Describe(value = "Connections handed out", unit = "events")
        long checkouts,

        @Describe(
                value = "Callers who got a connection: more than checkouts where their questions are answered"
                        + " together. With timeouts and rejections: all who came and do not wait now",
                unit = "callers")
        long callersServed,

        @Describe(value = "Connections given back", unit = "events")
        long checkins,

        @Describe(value = "Connections that proved broken", unit = "events")
        long invalidations,

        @Describe(value = "Connections marked to be replaced", unit = "events")
        long softInvalidations,

        @Describe(value = "Connections replaced because they were older than pool_recycle", unit = "events")
        long recycles,

        @Describe(value = "Connections opened beyond pool_size", unit = "events")
        long overflowOpens,

        @Describe(value = "Connections beyond pool_size that were closed", unit = "events")
        long overflowCloses,

        @Describe(value = "Connections closed", unit = "events")
        long closes,

        @Describe(value = "Waits that ended without a connection", unit = "events")
        long timeouts,

        @Describe(value = "Callers refused at once, because max_waiting others waited", unit = "events")
        long rejections,

        @Describe(value = "Connections held longer than leak_threshold", unit = "events")
        long leaksSuspected,

        @Describe(value = "Of these, those that came back after all", unit = "events")
        long leaksReturned,

        @Describe(value = "Of these, those that were taken away, by reclaim_leaks_after", unit = "events")
        long leaksReclaimed) {

    public static Totals of(PoolEvents events) {
        // What ends something is read before what began it, so that no answer has more ends than beginnings.
        long leaksReturned = events.count(PoolEventKind.LEAK_RETURNED);
        long leaksReclaimed = events.count(PoolEventKind.LEAK_RECLAIMED);
        long checkins = events.count(PoolEventKind.CHECKIN);
        long overflowCloses = events.count(PoolEventKind.OVERFLOW_CLOSE);
        long closes = events.count(PoolEventKind.CLOSE);
        return new Totals(
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
