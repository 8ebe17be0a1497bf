package app.rodmena.auth.pool;

import app.rodmena.auth.pool.event.RefusalReason;
import app.rodmena.auth.schema.Description;
import java.util.Map;

@Description(
        "Callers since start by outcome; the outcomes and the callers that wait or have a connection are all arrivals")
public record QueueOutcomes(
        @Description(value = "Callers that requested a connection", unit = "callers")
        long arrivals,

        @Description(value = "Callers that used a connection until the end", unit = "callers")
        long served,

        @Description(value = "Callers that received no connection within pool_timeout", unit = "callers")
        long timeouts,

        @Description(value = "Callers whose own deadline passed", unit = "callers")
        long deadlines,

        @Description(value = "Callers that cancelled their request", unit = "callers")
        long cancelled,

        @Description(value = "Callers refused because max_waiting callers were waiting", unit = "callers")
        long rejected,

        @Description(value = "Callers refused in favor of a tenant with fewer waiting callers", unit = "callers")
        long displaced,

        @Description(value = "Callers refused because the pool was overloaded", unit = "callers")
        long shed,

        @Description(value = "Callers refused during an outage or a shutdown, or interrupted", unit = "callers")
        long unavailable) {

    static QueueOutcomes of(long arrivals, long served, Map<RefusalReason, Long> refused) {
        return new QueueOutcomes(
                arrivals,
                served,
                count(refused, RefusalReason.TIMEOUT),
                count(refused, RefusalReason.DEADLINE),
                count(refused, RefusalReason.CANCELLED),
                count(refused, RefusalReason.REJECTED),
                count(refused, RefusalReason.DISPLACED),
                count(refused, RefusalReason.SHED),
                count(refused, RefusalReason.DATABASE_DOWN)
                        + count(refused, RefusalReason.CLOSED)
                        + count(refused, RefusalReason.INTERRUPTED));
    }

    private static long count(Map<RefusalReason, Long> refused, RefusalReason reason) {
        return refused.getOrDefault(reason, 0L);
    }

    public long refused() {
        return timeouts + deadlines + rejected + displaced + shed + unavailable;
    }
}
