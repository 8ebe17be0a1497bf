package app.rodmena.auth.events;

/**
 * Hears what happens in the pool.
 *
 * <p>Called on the thread that caused the event, which may be a request waiting for its answer: count or enqueue, never
 * block, and never call the pool, which may be locked meanwhile. Calls for one connection come one after the other and
 * in order; calls for different connections come at the same time. What a listener throws is logged, counted and kept
 * from the borrower.
 */
@FunctionalInterface
public interface PoolListener {
    void onEvent(PoolEvent event);
}
