package app.rodmena.auth.pool.event;

/**
 * Receives pool events.
 *
 * <p>Called on the thread that caused the event, which can be a request thread, and possibly with a lock of the pool
 * held: a listener may count or enqueue, but must not block or call the pool. Calls for one connection are sequential
 * and in order; calls for different connections are concurrent. An exception is logged and counted, and does not reach
 * the caller.
 */
@FunctionalInterface
public interface PoolListener {
    void onEvent(PoolEvent event);
}
