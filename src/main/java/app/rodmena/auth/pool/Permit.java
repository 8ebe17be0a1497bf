package app.rodmena.auth.pool;

import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.pool.event.RequestIds;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A permit of the {@link AdmissionQueue}, granted to one caller or to a batch of callers of one {@link BatchQueue}.
 * {@link #release} is idempotent. Confined to one thread until a connection references it as its holder.
 */
final class Permit implements ConnectionView.Stacks {
    private final AdmissionQueue admissionQueue;
    final BatchQueue<?, ?> queue;

    /** The requests of the admitted callers, not empty, in order of arrival. */
    final List<AcquireRequest> requests;

    private final AtomicBoolean released = new AtomicBoolean();

    /** Computed on first use; null before. A race computes equal values twice. */
    private CallContext caller;

    // Written before a connection references this as its holder, which publishes the fields safely.
    private Thread holder;
    private long heldSinceNanos;
    private Throwable checkoutStack;

    /** The number of requests that still want the result; guarded by the lock of the {@link AdmissionQueue}. */
    int wanted;

    /** The lease of the holder; null until the checkout has succeeded. */
    volatile Lease lease;

    /** @param requests a list of several is modified */
    Permit(AdmissionQueue admissionQueue, BatchQueue<?, ?> queue, List<AcquireRequest> requests) {
        this.admissionQueue = admissionQueue;
        this.queue = queue;
        this.requests = requests;
        wanted = requests.size();
    }

    /** Notifies the first request, which acts for all requests of the batch. */
    void notifyAdmitted() {
        requests.get(0).outcome.admitted(this);
    }

    /**
     * The caller of the checkout. Of a batch: the first request's route, the tenant if all requests have the same one,
     * the number of requests, and the ids of the first ones.
     */
    CallContext caller() {
        CallContext known = caller;
        if (known == null) {
            known = batchContext();
            caller = known;
        }
        return known;
    }

    private CallContext batchContext() {
        CallContext first = requests.get(0).caller;
        if (requests.size() == 1) {
            return first;
        }
        CallContext batch =
                requests.stream().allMatch(request -> request.caller.tenant().equals(first.tenant()))
                        ? first.batchOf(requests.size())
                        : first.batchOfSeveralTenants(requests.size());
        return batch.with(RequestIds.ofBatch(
                requests.stream().map(request -> request.caller.ids()).toList()));
    }

    long arrivedNanos() {
        return requests.get(0).arrivedNanos;
    }

    /** The earliest deadline of the requests. */
    long deadlineNanos() {
        long earliest = requests.get(0).deadlineNanos;
        for (AcquireRequest request : requests) {
            earliest = request.deadlineNanos - earliest < 0 ? request.deadlineNanos : earliest;
        }
        return earliest;
    }

    /** Returns the requests whose deadline has passed, and removes them unless these are all. */
    List<AcquireRequest> removeExpired(long nowNanos) {
        List<AcquireRequest> expired = requests.stream()
                .filter(request -> request.deadlineNanos - nowNanos <= 0)
                .toList();
        if (expired.size() < requests.size()) {
            requests.removeAll(expired);
            caller = null;
        }
        return expired;
    }

    /** Records that the current thread receives a connection with this permit, and optionally its stack. */
    Permit heldFrom(long nowNanos, boolean recorded) {
        holder = Thread.currentThread();
        heldSinceNanos = nowNanos;
        if (recorded) {
            checkoutStack = new Throwable("checkout");
        }
        return this;
    }

    /** Time since the current use of the connection began; 0 without a connection. */
    long heldNanos(long nowNanos) {
        return holder == null ? 0 : nowNanos - heldSinceNanos;
    }

    @Override
    public List<StackTraceElement> now() {
        return List.of(holder.getStackTrace());
    }

    @Override
    public List<StackTraceElement> atCheckout() {
        return checkoutStack == null ? List.of() : List.of(checkoutStack.getStackTrace());
    }

    ConnectionView.Use use(long nowNanos) {
        Duration heldFor = Duration.ofNanos(Math.max(0, nowNanos - heldSinceNanos));
        CallContext context = caller();
        return new ConnectionView.Use(
                Instant.now().minus(heldFor),
                heldFor,
                holder.getName(),
                context.route(),
                context.tenant().get(),
                context.count(),
                context.ids(),
                this);
    }

    String holder() {
        return "%s on thread %s".formatted(caller().route(), holder.getName());
    }

    boolean isReleased() {
        return released.get();
    }

    void release() {
        if (released.compareAndSet(false, true)) {
            admissionQueue.release(this);
        }
    }
}
