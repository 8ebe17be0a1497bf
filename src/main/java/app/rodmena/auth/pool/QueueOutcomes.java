package app.rodmena.auth.pool;

import app.rodmena.auth.pool.event.RefusalReason;
import java.util.Map;

/**
 * The outcomes of all callers so far. Their sum is the number of arrivals, less the callers that wait or have a
 * connection.
 *
 * @param arrivals number of callers that requested a connection
 * @param served number of callers that returned their connection
 * @param refused number of refused or cancelled callers by reason; a reason without callers is absent
 */
public record QueueOutcomes(long arrivals, long served, Map<RefusalReason, Long> refused) {
    public QueueOutcomes {
        refused = Map.copyOf(refused);
    }

    /** The number of callers with an outcome. */
    public long decided() {
        return served + refused.values().stream().mapToLong(Long::longValue).sum();
    }
}
