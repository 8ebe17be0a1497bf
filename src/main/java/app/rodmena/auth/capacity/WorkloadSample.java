package app.rodmena.auth.capacity;

import app.rodmena.auth.capacity.model.OfferedLoad;
import app.rodmena.auth.capacity.model.QueueModel;
import app.rodmena.auth.metrics.Metrics;
import app.rodmena.auth.metrics.TimingRecorder.DurationStats;
import app.rodmena.auth.schema.Description;
import java.time.Duration;
import java.util.Optional;

/**
 * A pool's workload in the last minute.
 *
 * @param checkoutsPerSecond attempted checkouts per second, including timeouts, excluding immediate refusals
 * @param requestsPerCheckout requests per checkout: more than 1 if requests are batched. Requests that needed or got no
 *     connection are not counted
 */
public record WorkloadSample(
        @Description(value = "Connections wanted", unit = "checkouts per second")
        double checkoutsPerSecond,

        @Description("Mean use time of a connection, from checkout to check-in")
        Duration meanUse,

        @Description(
                value = "Variation of the use times, variance / mean²: 0 if constant, 1 if exponential",
                unit = "squared coefficient of variation")
        double useVariation,

        @Description(value = "Requests per checkout; more than 1 if requests are batched", unit = "requests")
        double requestsPerCheckout,

        @Description(name = "measuredMeanWait", value = "Mean wait measured in the last minute")
        Duration meanWait,

        @Description(name = "measuredP99Wait", value = "p99 wait measured in the last minute")
        Duration p99Wait) {
    /** The sample while there are too few uses. */
    static final WorkloadSample NONE = new WorkloadSample(0, Duration.ZERO, 0, 0, Duration.ZERO, Duration.ZERO);

    /** The minimum number of uses for a meaningful sample. */
    static final int MIN_USES = 100;

    /** Takes the sample; empty if there are fewer than {@link #MIN_USES} uses. */
    static Optional<WorkloadSample> of(Metrics metrics) {
        DurationStats uses = metrics.pool().useRecorder().lastMinute();
        DurationStats waits = metrics.pool().waitRecorder().lastMinute();
        if (uses.count() < MIN_USES || uses.mean().isZero()) {
            return Optional.empty();
        }
        return Optional.of(new WorkloadSample(
                waits.perSecond(),
                uses.mean(),
                uses.variation(),
                metrics.pool().recentCallersPerUse(),
                waits.mean(),
                metrics.pool().waits().p99()));
    }

    /** The load for {@link QueueModel}. Assumes Poisson arrivals. */
    OfferedLoad load() {
        return new OfferedLoad(checkoutsPerSecond, meanUse.toNanos() / 1e9, useVariation);
    }
}
