package app.rodmena.auth.pool;

import java.time.Duration;
import java.util.List;

/**
 * The queue at a refusal, including the refused callers.
 *
 * @param waiters the callers, longest wait first
 * @param oldestWait the wait of the first of them; zero if there is none
 */
public record QueueSnapshot(List<WaiterView> waiters, Duration oldestWait) {
    public QueueSnapshot {
        waiters = List.copyOf(waiters);
    }
}
