package app.rodmena.auth.pool;

import app.rodmena.auth.events.Caller;
import java.util.concurrent.atomic.AtomicReference;

/**
 * One caller's way through the pool: it arrives, waits at the {@link Gate}, is admitted or refused, and in the end
 * gives its place back, once, however often it is told to.
 */
final class Ticket {
    private enum Place {
        OUTSIDE,
        HELD,
        GIVEN_BACK
    }

    /** What becomes of a caller. Called once, on whatever thread decided it; must not block. */
    interface Outcome {
        void admitted(Ticket ticket);

        void refused(NoConnectionException reason);
    }

    final Caller caller;
    final long arrivedNanos;
    final long deadlineNanos;
    final Outcome outcome;

    private final AtomicReference<Place> place = new AtomicReference<>(Place.OUTSIDE);
    private Gate gate;

    Ticket(Caller caller, long arrivedNanos, long deadlineNanos, Outcome outcome) {
        this.caller = caller;
        this.arrivedNanos = arrivedNanos;
        this.deadlineNanos = deadlineNanos;
        this.outcome = outcome;
    }

    /** By the gate: this caller holds one of its places now. */
    void hold(Gate gate) {
        this.gate = gate;
        place.set(Place.HELD);
    }

    void giveBack() {
        if (place.compareAndSet(Place.HELD, Place.GIVEN_BACK)) {
            gate.giveBack();
        }
    }
}
