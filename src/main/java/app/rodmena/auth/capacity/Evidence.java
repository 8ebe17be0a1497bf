package app.rodmena.auth.capacity;

import app.rodmena.auth.metrics.Metrics;
import app.rodmena.auth.metrics.Moments;
import app.rodmena.auth.queueing.Load;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * What the last minute showed of a pool's work.
 *
 * @param checkoutsPerSecond how often a connection was wanted; whoever got none in time included, whoever was refused
 *     at once not
 * @param meanUse how long one was kept
 * @param useVariation squared coefficient of variation of that: 0 where all are alike, 1 where they are exponential
 * @param requestsPerCheckout how many requests one checkout answered: more than 1 where questions that wait together
 *     are asked together. Those that came without needing a connection, or got none, are not among them
 * @param meanWait how long one waited for a connection
 * @param p99Wait how long 99 % waited at most
 */
public record Evidence(
        double checkoutsPerSecond,
        Duration meanUse,
        double useVariation,
        double requestsPerCheckout,
        Duration meanWait,
        Duration p99Wait) {
    /** Of fewer uses nothing can be told. */
    static final int LEAST_USES = 100;

    public Evidence {
        Objects.requireNonNull(meanUse, "meanUse");
        Objects.requireNonNull(meanWait, "meanWait");
        Objects.requireNonNull(p99Wait, "p99Wait");
    }

    /** Empty as long as there were too few uses to tell anything. */
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

    /** As a queue sees it. Arrivals are taken to be independent of each other. */
    Load load() {
        return Load.independent(checkoutsPerSecond, meanUse.toNanos() / 1e9, useVariation);
    }
}
