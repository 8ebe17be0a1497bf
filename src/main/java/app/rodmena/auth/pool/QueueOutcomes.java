package app.rodmena.auth.pool;

import app.rodmena.auth.pool.event.RefusalReason;
import java.util.Map;

/**
 * What became of all callers so far. The sum of the outcomes is the arrivals, less the callers that wait or have a
 * connection.
 *
 * @param arrivals number of callers that asked for a connection
 * @param served number of callers that returned their connection
 * @param refused number of callers for each reason that ended their wait or their interest in the result; a reason
 *     without any is absent
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
