package app.rodmena.auth.pool;

import app.rodmena.auth.events.CallContext;
import java.time.Instant;

/** One caller's request to the {@link AdmissionQueue}, from its arrival until it is admitted or refused. */
final class AcquireRequest {
    /** Receives the outcome of a request. Called once, on the thread that decided it; must not block. */
    interface Outcome {
        /** The request is admitted. For a batch, only the first request is notified, on behalf of all. */
        void admitted(Permit admission);

        void refused(NoConnectionException reason);
    }

    final BatchQueue<?, ?> queue;
    final CallContext caller;
    final long arrivedNanos;
    final long deadlineNanos;
    final Outcome outcome;

    /** The position in the order of arrival; guarded by the lock of the {@link AdmissionQueue}. */
    long sequence;

    AcquireRequest(BatchQueue<?, ?> lane, CallContext caller, long arrivedNanos, long deadlineNanos, Outcome outcome) {
        this.queue = lane;
        this.caller = caller;
        this.arrivedNanos = arrivedNanos;
        this.deadlineNanos = deadlineNanos;
        this.outcome = outcome;
    }

    /** A view of the waiting caller. */
    WaiterView toView(long nowNanos) {
        Instant now = Instant.now();
        return new WaiterView(
                caller.route(),
                caller.tenant().get(),
                now.minusNanos(nowNanos - arrivedNanos),
                now.plusNanos(deadlineNanos - nowNanos));
    }
}
