package app.rodmena.auth.pool;

import app.rodmena.auth.events.Caller;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One place of the {@link Gate}, given to one caller, or to several of one {@link Lane} who go together. It is given
 * back once, however often it is told to be. To be used by one thread, until a connection names it its holder.
 */
final class Admission implements ConnectionView.Stacks {
    private final Gate gate;
    private final Lane<?, ?> lane;
    private final List<Ticket> tickets;
    private final AtomicBoolean givenBack = new AtomicBoolean();

    /** Null until somebody asks. A race makes the same one twice. */
    private Caller caller;

    // Written before a connection names this its holder, which publishes it.
    private Thread holder;
    private long heldSinceNanos;
    private Throwable taken;

    /** What its holder has; null until it has it. */
    volatile Lease lease;

    Admission(Gate gate, Lane<?, ?> lane, Ticket alone) {
        this.gate = gate;
        this.lane = lane;
        tickets = List.of(alone);
    }

    /** @param together not empty, in the order of their arrival */
    Admission(Gate gate, Lane<?, ?> lane, Collection<Ticket> together) {
        this.gate = gate;
        this.lane = lane;
        tickets = new ArrayList<>(together);
    }

    Lane<?, ?> lane() {
        return lane;
    }

    /** Those who are in it, in the order of their arrival. */
    List<Ticket> tickets() {
        return tickets;
    }

    /** Tells those who are in it that they are, by the first of them. */
    void tell() {
        tickets.get(0).outcome.admitted(this);
    }

    /**
     * On whose behalf: the one caller's; of several the first one's route, its tenant if it is everybody's, and how
     * many they are.
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

    /** When the first of them came. */
    long arrivedNanos() {
        return tickets.get(0).arrivedNanos;
    }

    /** When the first of them will have waited long enough. */
    long deadlineNanos() {
        long first = tickets.get(0).deadlineNanos;
        for (Ticket ticket : tickets) {
            first = ticket.deadlineNanos - first < 0 ? ticket.deadlineNanos : first;
        }
        return first;
    }

    /**
     * Leaves behind those who have waited long enough, unless that is all of them.
     *
     * @return them
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
     * The current thread gets a connection with this.
     *
     * @param recorded whether to remember where in the code that was
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

    /** Who has the connection that names this its holder. */
    ConnectionView.Use use(long nowNanos) {
        Instant since = Instant.now().minusNanos(nowNanos - heldSinceNanos);
        Caller of = caller();
        return new ConnectionView.Use(
                since, holder.getName(), of.route(), of.tenant().get(), of.count(), this);
    }

    /** On which thread the connection was taken, and for what. */
    String holder() {
        return "%s on thread %s".formatted(caller().route(), holder.getName());
    }

    void giveBack() {
        if (givenBack.compareAndSet(false, true)) {
            gate.giveBack(this);
        }
    }
}
