package app.rodmena.auth.pool;

import java.util.concurrent.CompletableFuture;

/** One question on its way through a {@link Lane}, and its answer to be. Cancelled while it waits, it leaves. */
final class Asked<Q, A> extends CompletableFuture<A> implements Ticket.Outcome {
    final Q question;
    private final Pool pool;
    private final Lane<Q, A> lane;

    /** Set before it enters, and so before anybody else has this. */
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
