package app.rodmena.auth.pool;

import app.rodmena.auth.events.Caller;
import java.time.Instant;

/** One caller's wait at the {@link Gate}: from its arrival until it is admitted or refused. */
final class Ticket {
    /** What becomes of a caller. Called once, on whatever thread decided it; must not block. */
    interface Outcome {
        /** It is let in. Of several who are let in together only the first one's outcome is told, for all of them. */
        void admitted(Admission admission);

        void refused(NoConnectionException reason);
    }

    final Lane<?, ?> lane;
    final Caller caller;
    final long arrivedNanos;
    final long deadlineNanos;
    final Outcome outcome;

    /** Its place in the order of arrival; the gate's, under its lock. */
    long number;

    Ticket(Lane<?, ?> lane, Caller caller, long arrivedNanos, long deadlineNanos, Outcome outcome) {
        this.lane = lane;
        this.caller = caller;
        this.arrivedNanos = arrivedNanos;
        this.deadlineNanos = deadlineNanos;
        this.outcome = outcome;
    }

    /** Who waits with this. */
    WaiterView waiter(long nowNanos) {
        Instant now = Instant.now();
        return new WaiterView(
                caller.route(),
                caller.tenant().get(),
                now.minusNanos(nowNanos - arrivedNanos),
                now.plusNanos(deadlineNanos - nowNanos));
    }
}
