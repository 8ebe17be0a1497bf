package app.rodmena.auth.pool;

import app.rodmena.auth.pool.NoConnectionException.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * The one queue of the pool: as many places as connections may be open, first come first served, for callers that block
 * and callers that do not alike. Thread-safe; outcomes are told outside the lock.
 *
 * <p>Everybody stands in a {@link Lane}. A place goes to whoever came first among those whose lane has a slot free, and
 * then the others in that lane come along. So while places are free, only callers of busy lanes wait.
 *
 * <p>The gate keeps no clock: {@link #expire} ends the waits that are over, and the pool calls it in time.
 */
final class Gate {
    private final Object lock = new Object();

    /** For those who go alone: there is no limit to how many of these are under way but the places. */
    final Lane<Void, Void> alone = Lane.alone();

    /** The lanes that somebody waits in. Few, so looking at each is cheap, however many wait in them. */
    private final List<Lane<?, ?>> lanes = new ArrayList<>();

    private int places;
    private int taken;
    private int maxWaiting;
    private int batchSlots;
    private long lastNumber;
    private boolean suspended;
    private boolean closed;
    private volatile int waiting;
    private final BiConsumer<List<Ticket>, NoConnectionException> onRefused;

    /** @param onRefused receives the callers that are refused at once, not none, before they learn of it */
    Gate(PoolSettings settings, BiConsumer<List<Ticket>, NoConnectionException> onRefused) {
        adopt(settings);
        this.onRefused = onRefused;
    }

    /**
     * Admits the caller, lets it wait, or refuses it. Its outcome may be told before this returns.
     *
     * @return whether it waits
     */
    boolean enter(Ticket ticket) {
        Reason refusal = null;
        Admission admission = null;
        synchronized (lock) {
            if (closed) {
                refusal = Reason.CLOSED;
            } else if (!suspended && taken < places && hasFreeSlot(ticket.lane)) {
                admission = new Admission(this, ticket.lane, ticket);
                take(admission);
            } else if (waiting >= maxWaiting) {
                refusal = Reason.REJECTED;
            } else {
                queue(ticket);
                return true;
            }
        }
        if (refusal == null) {
            admission.tell();
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
    void giveBack(Admission admission) {
        List<Admission> admitted;
        synchronized (lock) {
            taken--;
            admission.lane().underWay--;
            admitted = admitNext();
        }
        admitted.forEach(Admission::tell);
    }

    /** Changes how many places and slots there are; one in use is never taken away. */
    void resize(PoolSettings settings) {
        List<Admission> admitted;
        synchronized (lock) {
            adopt(settings);
            admitted = admitNext();
        }
        admitted.forEach(Admission::tell);
    }

    /** From now on everybody waits. */
    void suspend() {
        synchronized (lock) {
            suspended = true;
        }
    }

    void resume() {
        List<Admission> admitted;
        synchronized (lock) {
            suspended = false;
            admitted = admitNext();
        }
        admitted.forEach(Admission::tell);
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
            for (Ticket ticket : inOrder()) {
                if (ticket.deadlineNanos - nowNanos <= 0) {
                    unqueue(ticket);
                    expired.add(ticket);
                } else {
                    next = Math.min(next, ticket.deadlineNanos - nowNanos);
                }
            }
        }
        tellRefused(expired, Reason.TIMEOUT, null);
        return next;
    }

    /** Takes a caller that no longer wants to wait out of the queue; false if its outcome is decided already. */
    boolean leave(Ticket ticket) {
        synchronized (lock) {
            return unqueue(ticket);
        }
    }

    /** Tells everybody who waits that waiting is of no use. */
    void refuseAll(Reason reason, Throwable cause) {
        List<Ticket> refused;
        synchronized (lock) {
            refused = inOrder();
            lanes.forEach(lane -> lane.queue.clear());
            lanes.clear();
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

    /** How many places are taken. */
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
            Lane<?, ?> oldest = earliest(lane -> true);
            long oldestNanos = oldest == null ? 0 : clock.getAsLong() - first(oldest).arrivedNanos;
            return new PoolView(numbers.apply(waiting), Duration.ofNanos(oldestNanos), suspended);
        }
    }

    /** Who waits, longest first. */
    List<Ticket> queue() {
        synchronized (lock) {
            return inOrder();
        }
    }

    // Under the lock

    private void adopt(PoolSettings settings) {
        places = settings.maximum();
        maxWaiting = settings.maxWaiting();
        batchSlots = settings.batchSlots();
    }

    /** Without batches every caller of a lane goes alone, too. */
    private boolean goesAlone(Lane<?, ?> lane) {
        return lane == alone || batchSlots == 0;
    }

    private boolean hasFreeSlot(Lane<?, ?> lane) {
        return goesAlone(lane) || lane.underWay < batchSlots;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // Written under the lock only.
    private void queue(Ticket ticket) {
        ticket.number = ++lastNumber;
        if (ticket.lane.queue.isEmpty()) {
            lanes.add(ticket.lane);
        }
        ticket.lane.queue.add(ticket);
        waiting++;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // Written under the lock only.
    private boolean unqueue(Ticket ticket) {
        if (!ticket.lane.queue.remove(ticket)) {
            return false;
        }
        if (ticket.lane.queue.isEmpty()) {
            lanes.remove(ticket.lane);
        }
        waiting--;
        return true;
    }

    private void take(Admission admission) {
        taken++;
        admission.lane().underWay++;
    }

    private List<Admission> admitNext() {
        if (suspended || waiting == 0) {
            return List.of();
        }
        List<Admission> admitted = new ArrayList<>(1);
        while (taken < places) {
            Lane<?, ?> next = earliest(this::hasFreeSlot);
            if (next == null) {
                break;
            }
            List<Ticket> together =
                    next.queue.stream().limit(goesAlone(next) ? 1 : next.most).toList();
            together.forEach(this::unqueue);
            Admission admission = new Admission(this, next, together);
            take(admission);
            admitted.add(admission);
        }
        return admitted;
    }

    /** Of such lanes the one whose first caller came first; null if there is none. */
    private Lane<?, ?> earliest(Predicate<Lane<?, ?>> such) {
        Lane<?, ?> earliest = null;
        for (Lane<?, ?> lane : lanes) {
            if (such.test(lane) && (earliest == null || first(lane).number < first(earliest).number)) {
                earliest = lane;
            }
        }
        return earliest;
    }

    private static Ticket first(Lane<?, ?> lane) {
        return lane.queue.iterator().next();
    }

    private List<Ticket> inOrder() {
        return lanes.stream()
                .flatMap(lane -> lane.queue.stream())
                .sorted(Comparator.comparingLong(ticket -> ticket.number))
                .toList();
    }

    private void tellRefused(List<Ticket> tickets, Reason reason, Throwable cause) {
        if (!tickets.isEmpty()) {
            NoConnectionException refusal = new NoConnectionException(reason, cause);
            onRefused.accept(tickets, refusal);
            tickets.forEach(ticket -> ticket.outcome.refused(refusal));
        }
    }
}
