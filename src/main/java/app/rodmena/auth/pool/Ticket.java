package app.rodmena.auth.pool;

import app.rodmena.auth.events.Caller;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * One caller's way through the pool: it arrives, waits at the {@link Gate}, is admitted or refused, and in the end
 * gives its place back, once, however often it is told to.
 */
final class Ticket implements ConnectionView.Stacks {
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

    // Written before a connection names this its holder, which publishes it.
    private Thread holder;
    private long heldSinceNanos;
    private Throwable taken;

    /** What its holder has; null until it has it. */
    volatile Lease lease;

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

    /**
     * The current thread gets a connection with this.
     *
     * @param recorded whether to remember where in the code that was
     */
    Ticket heldFrom(long nowNanos, boolean recorded) {
        holder = Thread.currentThread();
        heldSinceNanos = nowNanos;
        if (recorded) {
            taken = new Throwable("checkout");
        }
        return this;
    }

    @Override
    public List<StackTraceElement> now() {
        return List.of(holder.getStackTrace());
    }

    @Override
    public List<StackTraceElement> atCheckout() {
        return taken == null ? List.of() : List.of(taken.getStackTrace());
    }

    /** Who has the connection that names this its holder. */
    ConnectionView.Use use(long nowNanos) {
        Instant since = Instant.now().minusNanos(nowNanos - heldSinceNanos);
        return new ConnectionView.Use(
                since, holder.getName(), caller.route(), caller.tenant().get(), this);
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

    /** On which thread the connection was taken, and for what. */
    String holder() {
        return "%s on thread %s".formatted(caller.route(), holder.getName());
    }

    void giveBack() {
        if (place.compareAndSet(Place.HELD, Place.GIVEN_BACK)) {
            gate.giveBack();
        }
    }
}
