package app.rodmena.auth.pool;

import java.util.concurrent.CompletableFuture;

/**
 * A pending request of a {@link Lane}, and the future of its result. Cancelling it while it waits removes it from the
 * queue.
 */
final class Asked<Q, A> extends CompletableFuture<A> implements Ticket.Outcome {
    final Q question;
    private final Pool pool;
    private final Lane<Q, A> lane;

    /** Set before the request enters the queue, which publishes it. */
    Ticket ticket;

    Asked(Pool pool, Lane<Q, A> lane, Q question) {
        this.pool = pool;
        this.lane = lane;
        this.question = question;
    }

    @Override
    public void admitted(Admission admission) {
        pool.serve(lane, admission);
    }

    @Override
    public void refused(NoConnectionException reason) {
        completeExceptionally(lane.told(ticket.caller, reason));
    }

    void end(Lane.Answer<A> answer) {
        if (answer.failure() == null) {
            complete(answer.value());
        } else {
            completeExceptionally(answer.failure());
        }
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean cancelled = super.cancel(mayInterruptIfRunning);
        if (cancelled) {
            pool.leave(ticket);
        }
        return cancelled;
    }
}
