package app.rodmena.auth.pool;

import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/**
 * Is notified of refused callers, once for all callers that are refused together, after their events and before their
 * futures are completed. Called concurrently, on the thread that refuses; must not block.
 */
@FunctionalInterface
public interface RefusalListener {
    /**
     * Called when callers are refused.
     *
     * @param refusal the reason, for all of them
     * @param callers number of refused callers
     * @param queue captures the queue, including the refused callers; must be called before this method returns
     */
    void onRefusal(NoConnectionException refusal, int callers, Supplier<QueueSnapshot> queue);

    /**
     * The queue at a refusal, including the refused callers.
     *
     * @param waiters the callers, longest wait first
     * @param oldestWait the wait of the first of them; zero if there is none
     */
    record QueueSnapshot(List<WaiterView> waiters, Duration oldestWait) {
        public QueueSnapshot {
            waiters = List.copyOf(waiters);
        }
    }
}
