package app.rodmena.auth.pool;

import java.time.Duration;
import java.util.List;

/**
 * Who waited when callers were refused, those among them.
 *
 * @param waiters the longest wait first
 * @param oldestWait how long the first of them had waited; zero if there was none
 */
public record QueueSnapshot(List<WaiterView> waiters, Duration oldestWait) {
    public QueueSnapshot {
        waiters = List.copyOf(waiters);
    }
}
