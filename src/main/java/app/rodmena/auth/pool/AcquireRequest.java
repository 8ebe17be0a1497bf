package app.rodmena.auth.pool;

import app.rodmena.auth.pool.BatchQueue.PendingRequest;
import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.pool.event.RefusalReason;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;

/** One caller's request to the {@link AdmissionQueue}, from its arrival until it is admitted or refused. */
final class AcquireRequest {
    /** Receives the outcome of a request. Called once, on the thread that decided it; must not block. */
    interface Outcome {
        /** The request is admitted. For a batch, only the first request is notified, on behalf of all. */
        void admitted(Permit permit);

        void refused(NoConnectionException reason);
    }

    /** The order of admission. */
    static final Comparator<AcquireRequest> BY_TAG =
            (a, b) -> a.tag == b.tag ? Long.compare(a.sequence, b.sequence) : Long.compare(a.tag, b.tag);

    final BatchQueue<?, ?> queue;
    final CallContext caller;
    final long arrivedNanos;
    final long deadlineNanos;
    final Outcome outcome;

    /** Whether the deadline also bounds the result: the caller set it, and does not use the connection itself. */
    final boolean boundsResult;

    /** Whether the deadline is the caller's, and not that of pool_timeout. */
    private final boolean isOwnDeadline;

    /** The number of rows of the result; written by the thread with the connection before it returns the permit. */
    int rows;

    // Guarded by the lock of the AdmissionQueue.

    /** The position in the order of arrival. */
    long sequence;

    /** The position in virtual time. */
    long tag;

    /** The cost that is included in the tags of the tenant's later requests. */
    long costNanos;

    /** The tenant while the request waits, else null. */
    AdmissionQueue.Tenant tenant;

    /** The permit; null before admission. */
    Permit permit;

    boolean settled;

    AcquireRequest(BatchQueue<?, ?> queue, CallContext caller, long arrivedNanos, long maxWaitNanos, Outcome outcome) {
        this.queue = queue;
        this.caller = caller;
        this.arrivedNanos = arrivedNanos;
        this.deadlineNanos = caller.cancellation().earlier(arrivedNanos + maxWaitNanos);
        this.isOwnDeadline = caller.cancellation().endsBefore(arrivedNanos + maxWaitNanos);
        this.outcome = outcome;
        this.boundsResult =
                outcome instanceof PendingRequest && caller.cancellation().hasDeadline();
    }

    RefusalReason lateReason() {
        boolean isRunning = permit != null && permit.lease != null;
        return isOwnDeadline || isRunning ? RefusalReason.DEADLINE : RefusalReason.TIMEOUT;
    }

    WaiterView toView(long nowNanos, long virtualTime) {
        Instant now = Instant.now();
        return new WaiterView(
                caller.route(),
                caller.tenant().get(),
                caller.ids(),
                now.minusNanos(nowNanos - arrivedNanos),
                now.plusNanos(deadlineNanos - nowNanos),
                Duration.ofNanos(Math.max(0, tag - virtualTime)));
    }
}
