package app.rodmena.auth.pool;

import app.rodmena.auth.pool.NoConnectionException.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;

/**
 * The one queue of the pool: as many places as connections may be open, first come first served, for callers that block
 * and callers that do not alike. Thread-safe; outcomes are told outside the lock.
 *
 * <p>The gate keeps no clock: {@link #expire} ends the waits that are over, and the pool calls it in time.
 */
final class Gate {
    private final Object lock = new Object();
    private final Set<Ticket> queue = new LinkedHashSet<>();
    private int places;
    private int taken;
    private int maxWaiting;
    private boolean suspended;
    private boolean closed;
    private volatile int waiting;
    private final BiConsumer<Ticket, NoConnectionException> onRefused;

    /** @param onRefused hears of every refusal before the caller does */
    Gate(int places, int maxWaiting, BiConsumer<Ticket, NoConnectionException> onRefused) {
        this.places = places;
        this.maxWaiting = maxWaiting;
        this.onRefused = onRefused;
    }

    /**
     * Admits the caller, lets it wait, or refuses it. Its outcome may be told before this returns.
     *
     * @return whether it waits
     */
    boolean enter(Ticket ticket) {
        Reason refusal = null;
        synchronized (lock) {
            if (closed) {
                refusal = Reason.CLOSED;
            } else if (queue.isEmpty() && !suspended && taken < places) {
                take(ticket);
            } else if (queue.size() >= maxWaiting) {
                refusal = Reason.REJECTED;
            } else {
                queue.add(ticket);
                waiting = queue.size();
                return true;
            }
        }
        if (refusal == null) {
            ticket.outcome.admitted(ticket);
        } else {
            refuse(ticket, refusal, null);
        }
        return false;
    }

    /** Refuses a caller that need not even wait. */
    void refuse(Ticket ticket, Reason reason, Throwable cause) {
        tellRefused(List.of(ticket), reason, cause);
    }

    /** A place is free again: the next in the queue gets it. */
    void giveBack() {
        List<Ticket> admitted;
        synchronized (lock) {
            taken--;
            admitted = admitNext();
        }
        tellAdmitted(admitted);
    }

    /** Changes how many places there are; a place in use is never taken away. */
    void resize(int places, int maxWaiting) {
        List<Ticket> admitted;
        synchronized (lock) {
            this.places = places;
            this.maxWaiting = maxWaiting;
            admitted = admitNext();
        }
        tellAdmitted(admitted);
    }

    /** From now on everybody waits. */
    void suspend() {
        synchronized (lock) {
            suspended = true;
        }
    }

    void resume() {
        List<Ticket> admitted;
        synchronized (lock) {
            suspended = false;
            admitted = admitNext();
        }
        tellAdmitted(admitted);
    }

    /**
     * Ends the waits whose deadline has passed.
     *
     * @return nanoseconds to the next deadline; {@link Long#MAX_VALUE} if nobody waits
     */
    long expire(long nowNanos) {
        List<Ticket> expired = new ArrayList<>();
        long next = Long.MAX_VALUE;
        synchronized (lock) {
            for (Iterator<Ticket> tickets = queue.iterator(); tickets.hasNext(); ) {
                Ticket ticket = tickets.next();
                if (ticket.deadlineNanos - nowNanos <= 0) {
                    tickets.remove();
                    expired.add(ticket);
                } else {
                    next = Math.min(next, ticket.deadlineNanos - nowNanos);
                }
            }
            waiting = queue.size();
        }
        tellRefused(expired, Reason.TIMEOUT, null);
        return next;
    }

    /** Takes a caller that no longer wants to wait out of the queue; false if its outcome is decided already. */
    boolean leave(Ticket ticket) {
        synchronized (lock) {
            boolean left = queue.remove(ticket);
            waiting = queue.size();
            return left;
        }
    }

    /** Tells everybody who waits that waiting is of no use. */
    void refuseAll(Reason reason, Throwable cause) {
        List<Ticket> refused;
        synchronized (lock) {
            refused = new ArrayList<>(queue);
            queue.clear();
            waiting = 0;
        }
        tellRefused(refused, reason, cause);
    }

    /** Refuses everybody, now and from now on. */
    void close() {
        synchronized (lock) {
            closed = true;
        }
        refuseAll(Reason.CLOSED, null);
    }

    /** How many callers wait; one volatile read. */
    int waiting() {
        return waiting;
    }

    /** How many callers were admitted and have not given their place back. */
    int taken() {
        synchronized (lock) {
            return taken;
        }
    }

    /**
     * What the queue is like, together with numbers of the same instant.
     *
     * @param numbers given how many wait; asked while nobody can come or go
     */
    PoolView view(LongSupplier clock, IntFunction<PoolSnapshot> numbers) {
        synchronized (lock) {
            long oldestNanos =
                    queue.isEmpty() ? 0 : clock.getAsLong() - queue.iterator().next().arrivedNanos;
            return new PoolView(numbers.apply(queue.size()), Duration.ofNanos(oldestNanos), suspended);
        }
    }

    /** Who waits, longest first. */
    List<Ticket> queue() {
        synchronized (lock) {
            return List.copyOf(queue);
        }
    }

    private void take(Ticket ticket) {
        taken++;
        ticket.hold(this);
    }

    private List<Ticket> admitNext() {
        if (suspended || queue.isEmpty()) {
            return List.of();
        }
        List<Ticket> admitted = new ArrayList<>(1);
        Iterator<Ticket> tickets = queue.iterator();
        while (taken < places && tickets.hasNext()) {
            Ticket ticket = tickets.next();
            tickets.remove();
            take(ticket);
            admitted.add(ticket);
        }
        waiting = queue.size();
        return admitted;
    }

    private static void tellAdmitted(List<Ticket> tickets) {
        for (Ticket ticket : tickets) {
            ticket.outcome.admitted(ticket);
        }
    }

    private void tellRefused(List<Ticket> tickets, Reason reason, Throwable cause) {
        for (Ticket ticket : tickets) {
            NoConnectionException refusal = new NoConnectionException(reason, cause);
            onRefused.accept(ticket, refusal);
            ticket.outcome.refused(refusal);
        }
    }
}
