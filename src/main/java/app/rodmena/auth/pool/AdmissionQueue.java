package app.rodmena.auth.pool;

import app.rodmena.auth.events.RefusalReason;
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
 * <p>Every request waits in a {@link BatchQueue}. A permit goes to the earliest request among the lanes with a free
 * batch slot, and further waiting requests of that lane join its batch. While permits are free, only requests of lanes
 * without a free slot wait.
 *
 * <p>The queue has no clock: the pool calls {@link #expire} in time to end the waits whose deadline has passed.
 */
final class AdmissionQueue {
    private final Object lock = new Object();

    /** The lane of requests that are not batched; only the permits limit their number. */
    final BatchQueue<Void, Void> unbatched = BatchQueue.unbatched();

    /**
     * The lanes with waiting requests. Their number is small, so that a scan is cheap, regardless of the number of
     * requests.
     */
    private final List<BatchQueue<?, ?>> queues = new ArrayList<>();

    private int maxPermits;
    private int permitsInUse;
    private int maxWaiting;
    private int batchSlots;
    private long lastNumber;
    private boolean suspended;
    private boolean closed;
    private volatile int waiting;
    private final BiConsumer<List<AcquireRequest>, NoConnectionException> onRefused;

    /** @param onRefused is notified of refused requests, at least one per call, before their outcomes */
    AdmissionQueue(PoolSettings settings, BiConsumer<List<AcquireRequest>, NoConnectionException> onRefused) {
        applySettings(settings);
        this.onRefused = onRefused;
    }

    /**
     * Admits, enqueues or refuses a request. Its outcome may be notified before this method returns.
     *
     * @return whether the request waits
     */
    boolean enter(AcquireRequest request) {
        RefusalReason refusal = null;
        Permit permit = null;
        synchronized (lock) {
            if (closed) {
                refusal = RefusalReason.CLOSED;
            } else if (!suspended && permitsInUse < maxPermits && hasFreeSlot(request.queue)) {
                permit = new Permit(this, request.queue, request);
                take(permit);
            } else if (waiting >= maxWaiting) {
                refusal = RefusalReason.REJECTED;
            } else {
                queue(request);
                return true;
            }
        }
        if (refusal == null) {
            permit.notifyAdmitted();
        } else {
            refuse(request, refusal, null);
        }
        return false;
    }

    /** Refuses a request without enqueueing it. */
    void refuse(AcquireRequest request, RefusalReason reason, Throwable cause) {
        notifyRefused(List.of(request), reason, cause);
    }

    /** Returns a permit, and admits the next requests. */
    void release(Permit permit) {
        List<Permit> permits;
        synchronized (lock) {
            permitsInUse--;
            permit.queue().running--;
            permits = admitNext();
        }
        permits.forEach(Permit::notifyAdmitted);
    }

    /** Changes the number of permits and batch slots; permits in use are not revoked. */
    void resize(PoolSettings settings) {
        List<Permit> permits;
        synchronized (lock) {
            applySettings(settings);
            permits = admitNext();
        }
        permits.forEach(Permit::notifyAdmitted);
    }

    /** Stops admission: all later requests wait until {@link #resume}. */
    void suspend() {
        synchronized (lock) {
            suspended = true;
        }
    }

    void resume() {
        List<Permit> permits;
        synchronized (lock) {
            suspended = false;
            permits = admitNext();
        }
        permits.forEach(Permit::notifyAdmitted);
    }

    /**
     * Refuses the requests whose deadline has passed.
     *
     * @return nanoseconds until the next deadline; {@link Long#MAX_VALUE} if no request waits
     */
    long expire(long nowNanos) {
        List<AcquireRequest> expired = new ArrayList<>();
        long next = Long.MAX_VALUE;
        synchronized (lock) {
            for (AcquireRequest request : inOrder()) {
                if (request.deadlineNanos - nowNanos <= 0) {
                    dequeue(request);
                    expired.add(request);
                } else {
                    next = Math.min(next, request.deadlineNanos - nowNanos);
                }
            }
        }
        notifyRefused(expired, RefusalReason.TIMEOUT, null);
        return next;
    }

    /** Removes a cancelled request from the queue; false if its outcome is already decided. */
    boolean cancel(AcquireRequest request) {
        synchronized (lock) {
            return dequeue(request);
        }
    }

    /** Refuses all waiting requests. */
    void refuseAll(RefusalReason reason, Throwable cause) {
        List<AcquireRequest> refused;
        synchronized (lock) {
            refused = inOrder();
            queues.forEach(lane -> lane.waitingRequests.clear());
            queues.clear();
            waiting = 0;
        }
        notifyRefused(refused, reason, cause);
    }

    /** Refuses all waiting and all later requests. */
    void close() {
        synchronized (lock) {
            closed = true;
        }
        refuseAll(RefusalReason.CLOSED, null);
    }

    /** The number of waiting requests; one volatile read. */
    int waiting() {
        return waiting;
    }

    /** The number of permits in use. */
    int permitsInUse() {
        synchronized (lock) {
            return permitsInUse;
        }
    }

    /**
     * The state of the queue and the pool's numbers at the same instant.
     *
     * @param numbers maps the number of waiting requests to the pool's numbers; called under the lock
     */
    PoolView view(LongSupplier clock, IntFunction<PoolSnapshot> numbers) {
        synchronized (lock) {
            BatchQueue<?, ?> oldest = earliest(lane -> true);
            long oldestNanos = oldest == null ? 0 : clock.getAsLong() - first(oldest).arrivedNanos;
            return new PoolView(numbers.apply(waiting), Duration.ofNanos(oldestNanos), suspended);
        }
    }

    /** The waiting requests, longest wait first. */
    List<AcquireRequest> queue() {
        synchronized (lock) {
            return inOrder();
        }
    }

    // The methods below require the lock.

    private void applySettings(PoolSettings settings) {
        maxPermits = settings.maximum();
        maxWaiting = settings.maxWaiting();
        batchSlots = settings.batchSlots();
    }

    /** Whether the requests of a lane are admitted one by one; always so if batching is off. */
    private boolean isUnbatched(BatchQueue<?, ?> lane) {
        return lane == unbatched || batchSlots == 0;
    }

    private boolean hasFreeSlot(BatchQueue<?, ?> lane) {
        return isUnbatched(lane) || lane.running < batchSlots;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // Written under the lock only.
    private void queue(AcquireRequest request) {
        request.sequence = ++lastNumber;
        if (request.queue.waitingRequests.isEmpty()) {
            queues.add(request.queue);
        }
        request.queue.waitingRequests.add(request);
        waiting++;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // Written under the lock only.
    private boolean dequeue(AcquireRequest request) {
        if (!request.queue.waitingRequests.remove(request)) {
            return false;
        }
        if (request.queue.waitingRequests.isEmpty()) {
            queues.remove(request.queue);
        }
        waiting--;
        return true;
    }

    private void take(Permit permit) {
        permitsInUse++;
        permit.queue().running++;
    }

    private List<Permit> admitNext() {
        if (suspended || waiting == 0) {
            return List.of();
        }
        List<Permit> permits = new ArrayList<>(1);
        while (permitsInUse < maxPermits) {
            BatchQueue<?, ?> next = earliest(this::hasFreeSlot);
            if (next == null) {
                break;
            }
            List<AcquireRequest> batch = next.waitingRequests.stream()
                    .limit(isUnbatched(next) ? 1 : next.most)
                    .toList();
            batch.forEach(this::dequeue);
            Permit permit = new Permit(this, next, batch);
            take(permit);
            permits.add(permit);
        }
        return permits;
    }

    /** Among the matching lanes, the one with the earliest request; null if there is none. */
    private BatchQueue<?, ?> earliest(Predicate<BatchQueue<?, ?>> filter) {
        BatchQueue<?, ?> earliest = null;
        for (BatchQueue<?, ?> lane : queues) {
            if (filter.test(lane) && (earliest == null || first(lane).sequence < first(earliest).sequence)) {
                earliest = lane;
            }
        }
        return earliest;
    }

    private static AcquireRequest first(BatchQueue<?, ?> lane) {
        return lane.waitingRequests.iterator().next();
    }

    private List<AcquireRequest> inOrder() {
        return queues.stream()
                .flatMap(lane -> lane.waitingRequests.stream())
                .sorted(Comparator.comparingLong(request -> request.sequence))
                .toList();
    }

    private void notifyRefused(List<AcquireRequest> requests, RefusalReason reason, Throwable cause) {
        if (!requests.isEmpty()) {
            NoConnectionException refusal = new NoConnectionException(reason, cause);
            onRefused.accept(requests, refusal);
            requests.forEach(request -> request.outcome.refused(refusal));
        }
    }
}
