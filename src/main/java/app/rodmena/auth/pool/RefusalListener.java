package app.rodmena.auth.pool;

import app.rodmena.auth.pool.NoConnectionException.Reason;
import java.util.function.Supplier;

/**
 * Receives each refusal of callers, several that are refused at once as one, after their events and before they learn
 * of it themselves. Called on the thread that refuses, concurrently; must not block.
 */
@FunctionalInterface
public interface RefusalListener {
    /**
     * Callers are about to be refused.
     *
     * @param callers how many
     * @param queue takes the queue as it is with them still in it; to be called before this returns
     */
    void onRefusal(Reason reason, int callers, Supplier<QueueSnapshot> queue);
}
