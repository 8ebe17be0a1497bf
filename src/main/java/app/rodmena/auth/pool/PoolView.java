package app.rodmena.auth.pool;

import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.Flatten;
import app.rodmena.auth.schema.MetricName;
import java.time.Duration;

/**
 * The pool and its queue at one instant. JMX, JSON, the dashboard, Prometheus and the metrics registry show every
 * number that has a description.
 */
@Description("The pool at one instant")
public record PoolView(
        @Flatten PoolSnapshot numbers,

        @Description("Longest current wait for a connection")
        @MetricName(prometheus = "auth_pool_oldest_waiter_seconds")
        Duration oldestWait,

        @Description("Whether the operation suspend has stopped all checkouts")
        boolean suspended) {
    public PoolView withQueue(int waiting, Duration oldestWait) {
        PoolSnapshot now = numbers;
        return new PoolView(
                new PoolSnapshot(now.poolSize(), now.maxOverflow(), now.checkedOut(), now.totalConnections(), waiting),
                oldestWait,
                suspended);
    }
}
