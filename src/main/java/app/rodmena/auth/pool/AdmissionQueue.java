package app.rodmena.auth.pool;

import app.rodmena.auth.pool.BatchQueue.BatchResult;
import app.rodmena.auth.pool.event.RefusalReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The admission queue of the pool: one permit per allowed connection, granted to blocking and asynchronous callers
 * alike. Thread-safe; outcomes are notified outside the lock.
 *
 * <p>Every request waits in a {@link BatchQueue}. A permit goes to the first request among the batch queues with a free
 * batch slot, and further waiting requests of that batch queue join its batch. While permits are free, only requests of
 * batch queues without a free slot wait.
 *
 * <p>Tenants take turns: start-time fair queuing (Goyal, Vin, Cheng 1996) orders the requests. The tag of a request is
 * the larger of the virtual time, which is the tag of the last admitted request, and its tenant's last tag plus the
 * cost of that request. The request with the smallest tag is first. While one tenant waits, this is the order of
 * arrival. The cost is an estimate, corrected when the request ends. A tenant has state only while it waits.
 */
final class AdmissionQueue {
    /** The estimated cost before the first request of a batch queue has ended. */
    static final long INITIAL_COST_NANOS = 1_000_000;

    /** The maximum cost of a batch: limits how far a tenant falls behind after its statements waited for a lock. */
    static final long MAX_COST_NANOS = 1_000_000_000;

    /** A result of at least this many rows is long; its tenant's next requests of the batch queue are not batched. */
    static final int LONG_ROWS = 1_000;

    /** The divisor of the moving average of costs: the last request has the weight 1/4. */
    private static final int SMOOTHING = 4;

    private static final Comparator<AcquireRequest> BY_DEADLINE = (a, b) -> a.deadlineNanos == b.deadlineNanos
            ? Long.compare(a.sequence, b.sequence)
            : Long.signum(a.deadlineNanos - b.deadlineNanos);

    /** A tenant with waiting requests. */
    static final class Tenant {
        private final Supplier<String> key;

        /** Its waiting requests, in its own order of arrival. */
        private final NavigableSet<AcquireRequest> waiting = new TreeSet<>(AcquireRequest.BY_TAG);

        /** The earliest tag of its next request, in virtual time. */
        private long nextTag;

        /** The estimated cost of a request; 0 while unknown. */
        private long costNanos;

        /** The batch queues whose last result for this tenant was long. */
        private final Set<BatchQueue<?, ?>> longResults = new HashSet<>();

        private Tenant(Supplier<String> key) {
            this.key = key;
        }

        /** The tag of its next request, not before those that wait. */
        private long nextTag() {
            return waiting.isEmpty() ? nextTag : Math.max(waiting.last().tag, nextTag);
        }
    }

    /** What was decided under the lock, to be notified outside it. */
    private record Decisions(List<Permit> permits, List<AcquireRequest> shed, int retryAfterSeconds) {
        static final Decisions NONE = new Decisions(List.of(), List.of(), 0);

        void announce(AdmissionQueue queue) {
            permits.forEach(Permit::notifyAdmitted);
            if (!shed.isEmpty()) {
                queue.notifyRefused(shed, new NoConnectionException(RefusalReason.SHED, null, retryAfterSeconds));
            }
        }
    }

    /** The queue of requests that are not batched; only the permits limit their number. */
    final BatchQueue<Pool.Work<?>, Object> unbatched = new BatchQueue<>(
            1,
            (caller, connection, inputs) -> List.of(BatchResult.of(inputs.get(0).run(connection))));

    /** The batch queues with waiting requests; few, so that a scan is cheap, regardless of the number of requests. */
    private final List<BatchQueue<?, ?>> queues = new ArrayList<>();

    private final Map<Supplier<String>, Tenant> tenants = new HashMap<>();

    /** The waiting requests, and the admitted ones whose deadline also bounds the result. */
    private final TreeSet<AcquireRequest> byDeadline = new TreeSet<>(BY_DEADLINE);

    private final LongSupplier clock;
    private final Overload overload;
    private int maxPermits;
    private int permitsInUse;
    private int maxWaiting;
    private int batchSlots;
    private long lastNumber;
    private long virtualTime;
    private boolean suspended;
    private boolean closed;
    private volatile int waiting;
    private long arrivals;
    private long served;
    private final Map<RefusalReason, Long> refused = new EnumMap<>(RefusalReason.class);
    private final BiConsumer<List<AcquireRequest>, NoConnectionException> onRefused;

    /**
     * @param clock a clock in nanoseconds, for the cost of requests
     * @param onRefused is notified of refused requests, at least one per call, before their outcomes
     */
    AdmissionQueue(
            PoolSettings settings,
            LongSupplier clock,
            BiConsumer<List<AcquireRequest>, NoConnectionException> onRefused) {
        this.clock = clock;
        this.onRefused = onRefused;
        overload = new Overload(clock.getAsLong());
        applySettings(settings);
    }

    /**
     * Admits, enqueues or refuses a request. If the queue is full, a request of a tenant with fewer waiting requests
     * displaces the newest request of the tenant with the largest number. The outcome may be notified before this
     * method returns.
     *
     * @return whether {@link #expire} must be called at its deadline
     */
    boolean enter(AcquireRequest request) {
        Permit permit = null;
        AcquireRequest loser = null;
        RefusalReason refusal = null;
        synchronized (this) {
            arrivals++;
            if (request.settled) {
                return false; // It was cancelled before.
            }
            if (closed) {
                loser = request;
                refusal = RefusalReason.CLOSED;
            } else if (!suspended && permitsInUse < maxPermits && hasFreeSlot(request.queue)) {
                permit = new Permit(this, request.queue, List.of(request));
                take(permit);
                overload.admitted(1, 0);
            } else {
                loser = waiting < maxWaiting ? null : loserTo(request);
                refusal = loser == request ? RefusalReason.REJECTED : RefusalReason.DISPLACED;
            }
            if (loser != null) {
                settle(loser, refusal);
            }
            if (permit == null && loser != request) {
                enqueue(request);
            }
        }
        if (permit != null) {
            permit.notifyAdmitted();
        } else if (loser != null) {
            notifyRefused(List.of(loser), refusal, null);
        }
        return loser != request && (permit == null || request.boundsResult);
    }

    void refuse(AcquireRequest request, RefusalReason reason, Throwable cause) {
        synchronized (this) {
            arrivals++;
            if (!settle(request, reason)) {
                return; // It was cancelled before.
            }
        }
        notifyRefused(List.of(request), reason, cause);
    }

    /**
     * Refuses admitted requests whose outcome is open; the caller of this method notifies their outcomes.
     *
     * @return the refused requests
     */
    List<AcquireRequest> refuseAdmitted(Collection<AcquireRequest> requests, NoConnectionException refusal) {
        List<AcquireRequest> refusedNow = new ArrayList<>();
        synchronized (this) {
            for (AcquireRequest request : requests) {
                if (settle(request, refusal.reason())) {
                    refusedNow.add(request);
                }
            }
        }
        if (!refusedNow.isEmpty()) {
            onRefused.accept(refusedNow, refusal);
        }
        return refusedNow;
    }

    /** Returns a permit, and admits the next requests. */
    void release(Permit permit) {
        Decisions decisions;
        synchronized (this) {
            permitsInUse--;
            permit.queue.running--;
            if (!tenants.isEmpty()) {
                charge(permit);
            }
            List<AcquireRequest> requests = permit.requests;
            for (int i = 0; i < requests.size(); i++) {
                settle(requests.get(i), null);
            }
            decisions = admitNext();
        }
        decisions.announce(this);
    }

    /** Changes the number of permits and batch slots; permits in use are not revoked. */
    void resize(PoolSettings settings) {
        changeAndAdmit(() -> applySettings(settings));
    }

    /** Stops admission: all later requests wait until {@link #resume}. */
    synchronized void suspend() {
        suspended = true;
    }

    void resume() {
        changeAndAdmit(() -> suspended = false);
    }

    private void changeAndAdmit(Runnable change) {
        Decisions decisions;
        synchronized (this) {
            change.run();
            decisions = admitNext();
        }
        decisions.announce(this);
    }

    /**
     * Refuses the requests whose deadline has passed, and during overload those that have waited too long.
     *
     * @return nanoseconds until the next call is due; {@link Long#MAX_VALUE} if there is none
     */
    long expire(long nowNanos) {
        List<AcquireRequest> late = new ArrayList<>();
        List<AcquireRequest> timedOut = new ArrayList<>();
        Decisions shed = Decisions.NONE;
        long next = Long.MAX_VALUE;
        synchronized (this) {
            overload.update(nowNanos);
            if (overload.isOn() && waiting > 0) {
                next = overload.nanosToUpdate(nowNanos);
                shed = new Decisions(List.of(), shed(nowNanos), overload.retryAfterSeconds(waiting));
            }
            while (!byDeadline.isEmpty()) {
                AcquireRequest first = byDeadline.first();
                if (first.deadlineNanos - nowNanos > 0) {
                    next = Math.min(next, first.deadlineNanos - nowNanos);
                    break;
                }
                RefusalReason reason = first.lateReason();
                settle(first, reason);
                (reason == RefusalReason.TIMEOUT ? timedOut : late).add(first);
            }
        }
        notifyRefused(timedOut, RefusalReason.TIMEOUT, null);
        notifyRefused(late, RefusalReason.DEADLINE, null);
        shed.announce(this);
        return next;
    }

    /** Refuses a waiting request, or abandons an admitted one; false if its outcome is already decided. */
    synchronized boolean cancel(AcquireRequest request) {
        return settle(request, RefusalReason.CANCELLED);
    }

    /** Whether all requests of a permit in use were refused or abandoned. */
    synchronized boolean isUnwanted(Permit permit) {
        return permit.wanted == 0 && !permit.isReleased();
    }

    void refuseAll(RefusalReason reason, Throwable cause) {
        List<AcquireRequest> all;
        synchronized (this) {
            all = queue();
            all.forEach(request -> settle(request, reason));
        }
        notifyRefused(all, reason, cause);
    }

    /** Refuses all waiting and all later requests. */
    void close() {
        synchronized (this) {
            closed = true;
        }
        refuseAll(RefusalReason.CLOSED, null);
    }

    /** The number of waiting requests; one volatile read. */
    int waiting() {
        return waiting;
    }

    synchronized int permitsInUse() {
        return permitsInUse;
    }

    synchronized QueueOutcomes outcomes() {
        return QueueOutcomes.of(arrivals, served, refused);
    }

    synchronized boolean isWaiting(Supplier<String> tenant) {
        return tenants.containsKey(tenant);
    }

    synchronized int tenants() {
        return tenants.size();
    }

    /**
     * The state of the queue and the pool's numbers at the same instant.
     *
     * @param numbers returns the numbers for a number of waiting requests; called under the lock
     */
    synchronized PoolView view(IntFunction<PoolSnapshot> numbers) {
        long now = clock.getAsLong();
        long oldestNanos = allWaiting()
                .mapToLong(request -> now - request.arrivedNanos)
                .max()
                .orElse(0);
        return new PoolView(numbers.apply(waiting), Duration.ofNanos(oldestNanos), suspended);
    }

    /** The waiting requests, next to be admitted first. */
    synchronized List<AcquireRequest> queue() {
        return allWaiting().sorted(AcquireRequest.BY_TAG).toList();
    }

    synchronized long virtualTime() {
        return virtualTime;
    }

    // The methods below require the lock.

    private void applySettings(PoolSettings settings) {
        maxPermits = settings.maximum();
        maxWaiting = settings.maxWaiting();
        batchSlots = settings.batchSlots();
        overload.setTarget(settings.shedTarget());
    }

    /** Whether the requests of a batch queue are admitted one by one, as all are if batching is off. */
    private boolean isUnbatched(BatchQueue<?, ?> queue) {
        return queue == unbatched || batchSlots == 0;
    }

    private boolean hasFreeSlot(BatchQueue<?, ?> queue) {
        return isUnbatched(queue) || queue.running < batchSlots;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // Written under the lock only.
    private void enqueue(AcquireRequest request) {
        Tenant tenant = tenants.computeIfAbsent(request.caller.tenant(), Tenant::new);
        request.tenant = tenant;
        request.sequence = ++lastNumber;
        request.costNanos = tenant.costNanos > 0 ? tenant.costNanos : request.queue.costNanos;
        request.tag = Math.max(virtualTime, tenant.nextTag());
        tenant.nextTag = request.tag + request.costNanos;
        tenant.waiting.add(request);
        if (request.queue.waitingRequests.isEmpty()) {
            queues.add(request.queue);
        }
        request.queue.waitingRequests.add(request);
        byDeadline.add(request);
        waiting++;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // Written under the lock only.
    private void dequeue(AcquireRequest request) {
        request.queue.waitingRequests.remove(request);
        if (request.queue.waitingRequests.isEmpty()) {
            queues.remove(request.queue);
        }
        byDeadline.remove(request);
        request.tenant.waiting.remove(request);
        if (request.tenant.waiting.isEmpty()) {
            tenants.remove(request.tenant.key);
        }
        request.tenant = null;
        waiting--;
    }

    /**
     * Decides the outcome of a request, unless it is decided already.
     *
     * @param reason the reason of a refusal; null if it was served
     */
    private boolean settle(AcquireRequest request, RefusalReason reason) {
        if (request.settled) {
            return false;
        }
        request.settled = true;
        if (request.tenant != null) {
            request.tenant.nextTag -= request.costNanos; // It costs nothing: it will not be admitted.
            dequeue(request);
        } else if (request.boundsResult) {
            byDeadline.remove(request);
        }
        if (reason == null) {
            served++;
            return true;
        }
        refused.merge(reason, 1L, Long::sum);
        if (request.permit != null) {
            request.permit.wanted--;
        }
        return true;
    }

    private void take(Permit permit) {
        permitsInUse++;
        permit.queue.running++;
        List<AcquireRequest> requests = permit.requests;
        for (int i = 0; i < requests.size(); i++) {
            AcquireRequest request = requests.get(i);
            request.permit = permit;
            if (request.boundsResult) {
                request.sequence = request.sequence == 0 ? ++lastNumber : request.sequence;
                byDeadline.add(request);
            }
        }
    }

    private Decisions admitNext() {
        if (suspended || waiting == 0) {
            return Decisions.NONE;
        }
        long now = overload.isOn() ? clock.getAsLong() : 0;
        List<AcquireRequest> shed = List.of();
        if (overload.isOn()) {
            overload.update(now);
            shed = shed(now);
        }
        List<Permit> permits = new ArrayList<>(1);
        while (permitsInUse < maxPermits) {
            BatchQueue<?, ?> next = nextQueue();
            if (next == null) {
                break;
            }
            List<AcquireRequest> batch = nextBatch(next);
            batch.forEach(this::dequeue);
            if (overload.isOn()) {
                batch.forEach(request -> overload.admitted(1, now - request.arrivedNanos));
            }
            Permit permit = new Permit(this, next, new ArrayList<>(batch));
            take(permit);
            permits.add(permit);
        }
        return new Decisions(permits, shed, overload.retryAfterSeconds(waiting));
    }

    private List<AcquireRequest> nextBatch(BatchQueue<?, ?> queue) {
        AcquireRequest first = queue.waitingRequests.first();
        virtualTime = Math.max(virtualTime, first.tag);
        if (isUnbatched(queue) || isLong(first)) {
            return List.of(overload.isOverloaded() ? newestLike(first) : first);
        }
        return queue.waitingRequests.stream()
                .filter(request -> !isLong(request))
                .limit(queue.maxBatch)
                .toList();
    }

    /** The newest request of the same tenant in the same batch queue. */
    private static AcquireRequest newestLike(AcquireRequest first) {
        return first.tenant.waiting.descendingSet().stream()
                .filter(request -> request.queue == first.queue)
                .findFirst()
                .orElse(first);
    }

    private List<AcquireRequest> shed(long nowNanos) {
        if (!overload.isOverloaded() || suspended) {
            return List.of();
        }
        List<AcquireRequest> excessive = allWaiting()
                .filter(request -> overload.isExcessive(nowNanos - request.arrivedNanos))
                .toList();
        excessive.forEach(request -> settle(request, RefusalReason.SHED));
        return excessive;
    }

    private static boolean isLong(AcquireRequest request) {
        return request.tenant.longResults.contains(request.queue);
    }

    /** Corrects the costs of the tenants of a batch, and the estimates for the next requests. */
    private void charge(Permit permit) {
        long nanos = Math.min(permit.heldNanos(clock.getAsLong()), MAX_COST_NANOS);
        if (nanos <= 0) {
            return; // It received no connection.
        }
        List<AcquireRequest> requests = permit.requests;
        long rows = 0;
        for (AcquireRequest request : requests) {
            rows += 1 + request.rows;
        }
        BatchQueue<?, ?> queue = permit.queue;
        queue.costNanos += (nanos / requests.size() - queue.costNanos) / SMOOTHING;
        for (AcquireRequest request : requests) {
            Tenant tenant = tenants.get(request.caller.tenant());
            if (tenant == null) {
                continue;
            }
            long cost = nanos * (1 + request.rows) / rows;
            tenant.nextTag += cost - request.costNanos;
            tenant.costNanos = tenant.costNanos == 0 ? cost : tenant.costNanos + (cost - tenant.costNanos) / SMOOTHING;
            if (request.rows >= LONG_ROWS) {
                tenant.longResults.add(queue);
            } else {
                tenant.longResults.remove(queue);
            }
        }
    }

    /**
     * The request to refuse when the queue is full: the newest one of the tenant with the most waiting requests, if the
     * newcomer's tenant has fewer, the newcomer included; else the newcomer.
     */
    private AcquireRequest loserTo(AcquireRequest newcomer) {
        Tenant own = tenants.get(newcomer.caller.tenant());
        int withNewcomer = 1 + (own == null ? 0 : own.waiting.size());
        return tenants.values().stream()
                .max(Comparator.comparingInt(tenant -> tenant.waiting.size()))
                .filter(largest -> largest.waiting.size() > withNewcomer)
                .map(largest -> largest.waiting.last())
                .orElse(newcomer);
    }

    /** Among the batch queues with a free slot, the one with the first request; null if there is none. */
    private BatchQueue<?, ?> nextQueue() {
        BatchQueue<?, ?> next = null;
        for (BatchQueue<?, ?> queue : queues) {
            if (hasFreeSlot(queue)
                    && (next == null
                            || AcquireRequest.BY_TAG.compare(
                                            queue.waitingRequests.first(), next.waitingRequests.first())
                                    < 0)) {
                next = queue;
            }
        }
        return next;
    }

    private Stream<AcquireRequest> allWaiting() {
        return queues.stream().flatMap(queue -> queue.waitingRequests.stream());
    }

    private void notifyRefused(List<AcquireRequest> requests, RefusalReason reason, Throwable cause) {
        if (!requests.isEmpty()) {
            notifyRefused(requests, new NoConnectionException(reason, cause));
        }
    }

    private void notifyRefused(List<AcquireRequest> requests, NoConnectionException refusal) {
        onRefused.accept(requests, refusal);
        requests.forEach(request -> request.outcome.refused(refusal));
    }
}
