package app.rodmena.auth.capacity;

import app.rodmena.auth.metrics.Metrics;
import app.rodmena.auth.metrics.Moments;
import app.rodmena.auth.queueing.Load;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * A pool's workload in the last minute.
 *
 * @param checkoutsPerSecond attempted checkouts per second, including timeouts, excluding immediate refusals
 * @param meanUse mean use time of a connection
 * @param useVariation squared coefficient of variation of the use times: 0 if constant, 1 if exponential
 * @param requestsPerCheckout requests per checkout: more than 1 if requests are batched. Requests that needed or got no
 *     connection are not counted
 * @param meanWait mean wait for a connection
 * @param p99Wait 99th percentile of the waits for a connection
 */
public record Evidence(
        double checkoutsPerSecond,
        Duration meanUse,
        double useVariation,
        double requestsPerCheckout,
        Duration meanWait,
        Duration p99Wait) {
    /** The minimum number of uses for a meaningful sample. */
    static final int LEAST_USES = 100;

    public Evidence {
        Objects.requireNonNull(meanUse, "meanUse");
        Objects.requireNonNull(meanWait, "meanWait");
        Objects.requireNonNull(p99Wait, "p99Wait");
    }

    /** Takes the sample; empty if there are fewer than {@link #LEAST_USES} uses. */
    static Optional<Evidence> of(Metrics metrics) {
        Moments uses = metrics.pool().recentUses();
        Moments waits = metrics.pool().recentWaits();
        if (uses.count() < LEAST_USES || uses.mean().isZero()) {
            return Optional.empty();
        }
        return Optional.of(new Evidence(
                waits.perSecond(),
                uses.mean(),
                uses.variation(),
                metrics.pool().recentCallersPerUse(),
                waits.mean(),
                metrics.pool().waits().p99()));
    }

    /** The load for {@link QueueModel}. Assumes Poisson arrivals. */
    Load load() {
        return Load.independent(checkoutsPerSecond, meanUse.toNanos() / 1e9, useVariation);
    }
}
