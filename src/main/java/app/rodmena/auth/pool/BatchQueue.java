package app.rodmena.auth.pool;

import app.rodmena.auth.common.LogThrottle;
import app.rodmena.auth.pool.event.CallContext;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * A queue of requests that can be answered together in one batch (natural batching). At most batch_slots batches of one
 * queue run at the same time. While all slots are in use, new requests wait with their own deadlines, even if
 * connections are free; when a batch ends, up to {@code maxBatch} waiting requests form the next one, with one permit,
 * one connection and one task. There is no batching delay: a request that arrives while no batch is running starts
 * alone and immediately.
 *
 * <p>Belongs to one pool. Thread-safe.
 *
 * @param <Q> the type of the requests
 * @param <A> the type of their results
 */
public final class BatchQueue<Q, A> {
    /** Processes batches of requests. Must be thread-safe. */
    public interface BatchTask<Q, A> {
        /**
         * Processes a batch of at least one request.
         *
         * @param caller the context of the whole batch
         * @return one result per request, in the order of the requests
         * @throws SQLException (or any other exception) if the whole batch fails
         */
        List<BatchResult<A>> process(CallContext caller, Connection connection, List<Q> inputs) throws SQLException;

        /**
         * Maps a failure to the exception of the requests that have no result.
         *
         * @param failure what {@link #process} threw, or a {@link NoConnectionException}
         */
        default Throwable report(CallContext caller, Throwable failure) {
            return failure;
        }
    }

    /**
     * The result of one request.
     *
     * @param failure the reason of a failure; null for a success, whose value may be null
     */
    public record BatchResult<A>(A value, Throwable failure) {
        public static <A> BatchResult<A> of(A value) {
            return new BatchResult<>(value, null);
        }

        public static <A> BatchResult<A> failed(Throwable failure) {
            return new BatchResult<>(null, failure);
        }
    }

    private static final LogThrottle LOG = new LogThrottle(LoggerFactory.getLogger("auth.database"));

    final int maxBatch;

    private final BatchTask<Q, A> task;

    // Guarded by the lock of the pool's queue.
    final NavigableSet<AcquireRequest> waitingRequests = new TreeSet<>(AcquireRequest.BY_TAG);
    int running;

    long costNanos = AdmissionQueue.INITIAL_COST_NANOS;

    /** @param maxBatch the maximum size of a batch; limits the requests and results in memory per batch */
    public BatchQueue(int maxBatch, BatchTask<Q, A> task) {
        if (maxBatch < 1) {
            throw new IllegalArgumentException("maxBatch: %s; must be 1 or more".formatted(maxBatch));
        }
        this.maxBatch = maxBatch;
        this.task = task;
    }

    /** Runs an admitted batch, and completes its futures after the connection is returned. */
    void run(Permit permit, ConnectionAcquirer acquirer) {
        List<PendingRequest<Q, A>> pending = new ArrayList<>();
        List<BatchResult<A>> results;
        try (Lease lease = acquirer.acquire(permit, acquirer.context().now())) {
            List<Q> inputs = new ArrayList<>(permit.requests.size());
            for (AcquireRequest request : permit.requests) {
                PendingRequest<Q, A> one = pendingRequest(request);
                if (!one.isDone()) {
                    pending.add(one);
                    inputs.add(one.input);
                }
            }
            results = inputs.isEmpty()
                    ? List.of()
                    : lease.use(connection -> task.process(permit.caller(), connection, inputs));
            if (results.size() != inputs.size()) {
                throw new IllegalStateException("%s results for %s requests".formatted(results.size(), inputs.size()));
            }
            for (int i = 0; i < results.size(); i++) {
                pending.get(i).acquireRequest.rows =
                        results.get(i).value() instanceof Collection<?> all ? all.size() : 0;
            }
        } catch (Throwable failure) {
            fail(permit, failure);
            return;
        }
        for (int i = 0; i < results.size(); i++) {
            if (!pending.get(i).end(results.get(i)) && results.get(i).failure() == null) {
                logAbandoned(pending.get(i).acquireRequest.caller.route());
            }
        }
    }

    /** Logs a completed request whose caller has left; for a write, nothing else shows that it took effect. */
    private static void logAbandoned(String route) {
        LOG.log(
                Level.INFO,
                route,
                () -> "%s was completed by PostgreSQL, but its caller had left: the caller does not know the result"
                        .formatted(route),
                count -> "%s more requests of %s were completed in the last second after their callers had left"
                        .formatted(count, route));
    }

    /** Fails the requests of an admitted batch whose outcome is open. */
    void fail(Permit permit, Throwable failure) {
        List<PendingRequest<Q, A>> open = permit.requests.stream()
                .map(this::pendingRequest)
                .filter(request -> !request.isDone())
                .toList();
        if (!open.isEmpty()) {
            BatchResult<A> result = BatchResult.failed(task.report(
                    open.size() == permit.requests.size()
                            ? permit.caller()
                            : permit.caller().batchOf(open.size()),
                    failure));
            open.forEach(request -> request.end(result));
        }
    }

    @SuppressWarnings("unchecked") // Requests enter this queue with a matching type only.
    private PendingRequest<Q, A> pendingRequest(AcquireRequest request) {
        return (PendingRequest<Q, A>) request.outcome;
    }

    /**
     * A pending request of a {@link BatchQueue}, and the future of its result. Cancelling it while it waits removes it
     * from the queue; later it cancels the statement, unless another request of the batch wants the result.
     */
    static final class PendingRequest<Q, A> extends CompletableFuture<A> implements AcquireRequest.Outcome {
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
            end(BatchResult.failed(queue.task.report(acquireRequest.caller, refusal)));
            pool.cancelIfUnwanted(acquireRequest);
        }

        /** Completes the future; returns false if it was completed before. */
        boolean end(BatchResult<A> result) {
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
}
