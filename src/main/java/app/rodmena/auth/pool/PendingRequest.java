package app.rodmena.auth.pool;

import java.util.concurrent.CompletableFuture;

/**
 * A pending request of a {@link BatchQueue}, and the future of its result. Cancelling it while it waits removes it from
 * the queue; later it cancels the statement, unless another request of the batch wants the result.
 */
final class PendingRequest<Q, A> extends CompletableFuture<A> implements AcquireRequest.Outcome {
    final Q input;
    private final Pool pool;
    private final BatchQueue<Q, A> queue;

    /** The action of the caller's cancellation until the request ends. */
    final Runnable onCancel = () -> cancel(false);

    /** Set before the request enters the queue, which publishes it. */
    AcquireRequest acquireRequest;

    PendingRequest(Pool pool, BatchQueue<Q, A> queue, Q input) {
        this.pool = pool;
        this.queue = queue;
        this.input = input;
    }

    @Override
    public void admitted(Permit permit) {
        pool.startBatch(queue, permit);
    }

    @Override
    public void refused(NoConnectionException refusal) {
        end(new BatchQueue.BatchResult<>(null, queue.failureFor(acquireRequest.caller, refusal)));
        pool.cancelIfUnwanted(acquireRequest);
    }

    /** Completes the future; returns false if it was completed before. */
    boolean end(BatchQueue.BatchResult<A> result) {
        acquireRequest.caller.cancellation().remove(onCancel);
        return result.failure() == null ? complete(result.value()) : completeExceptionally(result.failure());
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean cancelled = super.cancel(mayInterruptIfRunning);
        if (cancelled) {
            acquireRequest.caller.cancellation().remove(onCancel);
            pool.cancel(acquireRequest);
        }
        return cancelled;
    }
}
