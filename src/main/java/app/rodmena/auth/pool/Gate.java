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
 * The admission queue of the pool: one permit per allowed connection, granted in order of arrival to blocking and
 * asynchronous callers alike. Thread-safe; outcomes are notified outside the lock.
 *
 * <p>Every request waits in a {@link Lane}. A permit goes to the earliest request among the lanes with a free batch
 * slot, and further waiting requests of that lane join its batch. While permits are free, only requests of lanes
 * without a free slot wait.
 *
 * <p>The queue has no clock: the pool calls {@link #expire} in time to end the waits whose deadline has passed.
 */
final class Gate {
    private final Object lock = new Object();

    /** The lane of requests that are not batched; only the permits limit their number. */
    final Lane<Void, Void> alone = Lane.alone();

    /**
     * The lanes with waiting requests. Their number is small, so that a scan is cheap, regardless of the number of
     * requests.
     */
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

    /** @param onRefused is notified of refused requests, at least one per call, before their outcomes */
    Gate(PoolSettings settings, BiConsumer<List<Ticket>, NoConnectionException> onRefused) {
        adopt(settings);
        this.onRefused = onRefused;
    }

    /**
     * Admits, enqueues or refuses a request. Its outcome may be notified before this method returns.
     *
     * @return whether the request waits
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

    /** Refuses a request without enqueueing it. */
    void refuse(Ticket ticket, Reason reason, Throwable cause) {
        tellRefused(List.of(ticket), reason, cause);
    }

    /** Returns a permit, and admits the next requests. */
    void giveBack(Admission admission) {
        List<Admission> admitted;
        synchronized (lock) {
            taken--;
            admission.lane().underWay--;
            admitted = admitNext();
        }
        admitted.forEach(Admission::tell);
    }

    /** Changes the number of permits and batch slots; permits in use are not revoked. */
    void resize(PoolSettings settings) {
        List<Admission> admitted;
        synchronized (lock) {
            adopt(settings);
            admitted = admitNext();
        }
        admitted.forEach(Admission::tell);
    }

    /** Stops admission: all later requests wait until {@link #resume}. */
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
     * Refuses the requests whose deadline has passed.
     *
     * @return nanoseconds until the next deadline; {@link Long#MAX_VALUE} if no request waits
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

    /** Removes a cancelled request from the queue; false if its outcome is already decided. */
    boolean leave(Ticket ticket) {
        synchronized (lock) {
            return unqueue(ticket);
        }
    }

    /** Refuses all waiting requests. */
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

    /** Refuses all waiting and all later requests. */
    void close() {
        synchronized (lock) {
            closed = true;
        }
        refuseAll(Reason.CLOSED, null);
    }

    /** The number of waiting requests; one volatile read. */
    int waiting() {
        return waiting;
    }

    /** The number of permits in use. */
    int taken() {
        synchronized (lock) {
            return taken;
        }
    }

    /**
     * The state of the queue and the pool's numbers at the same instant.
     *
     * @param numbers maps the number of waiting requests to the pool's numbers; called under the lock
     */
    PoolView view(LongSupplier clock, IntFunction<PoolSnapshot> numbers) {
        synchronized (lock) {
            Lane<?, ?> oldest = earliest(lane -> true);
            long oldestNanos = oldest == null ? 0 : clock.getAsLong() - first(oldest).arrivedNanos;
            return new PoolView(numbers.apply(waiting), Duration.ofNanos(oldestNanos), suspended);
        }
    }

    /** The waiting requests, longest wait first. */
    List<Ticket> queue() {
        synchronized (lock) {
            return inOrder();
        }
    }

    // The methods below require the lock.

    private void adopt(PoolSettings settings) {
        places = settings.maximum();
        maxWaiting = settings.maxWaiting();
        batchSlots = settings.batchSlots();
    }

    /** Whether the requests of a lane are admitted one by one; always so if batching is off. */
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

    /** Among the matching lanes, the one with the earliest request; null if there is none. */
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
