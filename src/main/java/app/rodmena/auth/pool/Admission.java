package app.rodmena.auth.pool;

import app.rodmena.auth.events.Caller;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A permit of the {@link Gate}, granted to one caller or to a batch of callers of one {@link Lane}. {@link #giveBack}
 * is idempotent. Confined to one thread until a connection references it as its holder.
 */
final class Admission implements ConnectionView.Stacks {
    private final Gate gate;
    private final Lane<?, ?> lane;
    private final List<Ticket> tickets;
    private final AtomicBoolean givenBack = new AtomicBoolean();

    /** Computed on first use; null before. A race computes equal values twice. */
    private Caller caller;

    // Written before a connection references this as its holder, which publishes the fields safely.
    private Thread holder;
    private long heldSinceNanos;
    private Throwable taken;

    /** The lease of the holder; null until the checkout has succeeded. */
    volatile Lease lease;

    Admission(Gate gate, Lane<?, ?> lane, Ticket alone) {
        this.gate = gate;
        this.lane = lane;
        tickets = List.of(alone);
    }

    /** @param together the callers of the batch, not empty, in order of arrival */
    Admission(Gate gate, Lane<?, ?> lane, Collection<Ticket> together) {
        this.gate = gate;
        this.lane = lane;
        tickets = new ArrayList<>(together);
    }

    Lane<?, ?> lane() {
        return lane;
    }

    /** The requests of the admitted callers, in order of arrival. */
    List<Ticket> tickets() {
        return tickets;
    }

    /** Notifies the first request, which acts for all requests of the batch. */
    void tell() {
        tickets.get(0).outcome.admitted(this);
    }

    /**
     * The caller of the checkout. Of a batch: the first request's route, the tenant if all requests have the same one,
     * and the number of requests.
     */
    Caller caller() {
        Caller known = caller;
        if (known == null) {
            known = together();
            caller = known;
        }
        return known;
    }

    private Caller together() {
        Caller first = tickets.get(0).caller;
        return tickets.stream().allMatch(ticket -> ticket.caller.tenant().equals(first.tenant()))
                ? first.together(tickets.size())
                : first.withSeveralTenants(tickets.size());
    }

    /** The arrival time of the first request. */
    long arrivedNanos() {
        return tickets.get(0).arrivedNanos;
    }

    /** The earliest deadline of the requests. */
    long deadlineNanos() {
        long first = tickets.get(0).deadlineNanos;
        for (Ticket ticket : tickets) {
            first = ticket.deadlineNanos - first < 0 ? ticket.deadlineNanos : first;
        }
        return first;
    }

    /**
     * Removes the requests whose deadline has passed, unless it has passed for all of them.
     *
     * @return the removed requests
     */
    List<Ticket> leaveBehind(long nowNanos) {
        List<Ticket> late = tickets.stream()
                .filter(ticket -> ticket.deadlineNanos - nowNanos <= 0)
                .toList();
        if (late.size() == tickets.size()) {
            return List.of();
        }
        tickets.removeAll(late);
        caller = null;
        return late;
    }

    /**
     * Records that the current thread receives a connection with this permit.
     *
     * @param recorded whether to capture the stack of the checkout
     */
    Admission heldFrom(long nowNanos, boolean recorded) {
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

    /** The current use of the connection that references this as its holder. */
    ConnectionView.Use use(long nowNanos) {
        Instant since = Instant.now().minusNanos(nowNanos - heldSinceNanos);
        Caller of = caller();
        return new ConnectionView.Use(
                since, holder.getName(), of.route(), of.tenant().get(), of.count(), this);
    }

    /** The route and the thread of the checkout, for messages. */
    String holder() {
        return "%s on thread %s".formatted(caller().route(), holder.getName());
    }

    void giveBack() {
        if (givenBack.compareAndSet(false, true)) {
            gate.giveBack(this);
        }
    }
}
