package app.rodmena.auth.capacity;

import app.rodmena.auth.capacity.QueueModel.OfferedLoad;
import app.rodmena.auth.metrics.Metrics;
import app.rodmena.auth.metrics.TimingRecorder.DurationStats;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.Flatten;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Sizing advice for a pool under the load of the last minute.
 *
 * @param expected the waits that the queueing model predicts for the current maximum
 * @param minPoolSize the smallest pool that keeps the target at that load; empty if the largest allowed pool does not,
 *     or if the measured waits contradict the model
 */
@Description("Sizing advice for the pool; all numbers are 0 while the last minute has too few checkouts")
public record PoolSizeAdvice(
        @Flatten WorkloadSample sample,

        @Description(value = "Maximum of the pool: pool_size + max_overflow", unit = "connections")
        int maximum,

        @Description(value = "Target p99 wait for a connection", wholeMillis = true)
        Duration waitTarget,

        ExpectedWaits expected,

        @Description(
                name = "smallest",
                value = "Smallest maximum that keeps the p99 wait under the target; 0 if there is none",
                unit = "connections")
        OptionalInt minPoolSize,

        @Description(value = "Load that keeps every connection busy all the time", unit = "checkouts per second")
        double saturation,

        @Description(
                name = "most",
                value = "Maximum load at which the p99 wait stays under the target",
                unit = "checkouts per second")
        double maxPerSecond) {
    /**
     * A pool's workload in the last minute.
     *
     * @param checkoutsPerSecond attempted checkouts per second, including timeouts, excluding immediate refusals
     * @param requestsPerCheckout requests per checkout: more than 1 if requests are batched. Requests that needed or
     *     got no connection are not counted
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

    /**
     * The waits that the queueing model predicts for a pool under a load; empty if the pool is overloaded, when waits
     * are unbounded.
     */
    @Description("Predicted waits")
    public record ExpectedWaits(
            @Description(
                    value = "Average share of the connections in use; 1 or more: the fleet is overloaded",
                    unit = "0 to 1 and more")
            double utilisation,

            @Description(value = "Probability that a caller has to wait", unit = "0 to 1")
            double waitProbability,

            @Description(value = "Mean wait for a connection; -1 if unbounded", absent = -1)
            Optional<Duration> meanWait,

            @Description(value = "p99 wait for a connection; -1 if unbounded", absent = -1)
            Optional<Duration> p99Wait) {
        static final double QUANTILE = 0.99;

        static ExpectedWaits of(QueueModel queue) {
            return new ExpectedWaits(
                    queue.utilisation(),
                    queue.waitProbability(),
                    duration(queue.meanWait()),
                    duration(queue.wait(QUANTILE)));
        }

        private static Optional<Duration> duration(double seconds) {
            return seconds < Duration.ofDays(1).toSeconds()
                    ? Optional.of(Duration.ofNanos(Math.round(seconds * 1e9)))
                    : Optional.empty();
        }
    }

    /** The advice while the last minute has too few checkouts. */
    public static final PoolSizeAdvice NONE = new PoolSizeAdvice(
            WorkloadSample.NONE,
            0,
            Duration.ZERO,
            new ExpectedWaits(0, 0, Optional.of(Duration.ZERO), Optional.of(Duration.ZERO)),
            OptionalInt.empty(),
            0,
            0);

    private static final double MIN_BATCH_TO_MENTION = 1.05;

    static PoolSizeAdvice of(WorkloadSample sample, int maximum, Duration waitTarget) {
        QueueModel queue = new QueueModel(maximum, sample.load());
        double target = waitTarget.toNanos() / 1e9;
        ExpectedWaits expected = ExpectedWaits.of(queue);
        return new PoolSizeAdvice(
                sample,
                maximum,
                waitTarget,
                expected,
                isContradicted(sample, expected, waitTarget)
                        ? OptionalInt.empty()
                        : QueueModel.minServers(
                                sample.load(), ExpectedWaits.QUANTILE, target, 2 * PoolSettings.MAX_CONNECTIONS),
                queue.saturation(),
                queue.maxPerSecond(ExpectedWaits.QUANTILE, target));
    }

    /** Whether the measured p99 wait exceeds the target although the model predicts that it does not. */
    private static boolean isContradicted(WorkloadSample sample, ExpectedWaits expected, Duration waitTarget) {
        return sample.p99Wait().compareTo(waitTarget) > 0
                && expected.p99Wait()
                        .filter(wait -> wait.compareTo(waitTarget) <= 0)
                        .isPresent();
    }

    /** Whether the last minute had enough checkouts. */
    public boolean isKnown() {
        return maximum > 0;
    }

    @Description(
            value = "Connections in use on average: checkouts per second x mean use time (Little's law)",
            unit = "connections")
    public double offeredLoad() {
        return isKnown() ? sample.load().offered() : 0;
    }

    @Description(value = "Mean wait predicted by the queueing model; -1 if unbounded", absent = -1)
    public Optional<Duration> expectedMeanWait() {
        return expected.meanWait();
    }

    @Description(value = "p99 wait predicted by the queueing model; -1 if unbounded", absent = -1)
    public Optional<Duration> expectedP99Wait() {
        return expected.p99Wait();
    }

    @Description(name = "advice", value = "The advice as text")
    public String toText() {
        if (!isKnown()) {
            return PoolSizeAdvisor.insufficientData();
        }
        String sizing = minPoolSize.isPresent()
                ? minPoolSize.getAsInt() == maximum ? "all of them are needed" : minPoolSize.getAsInt() + " are enough"
                : isContradicted(sample, expected, waitTarget)
                        ? String.format(
                                Locale.ROOT,
                                "no size can be advised (the measured p99 wait is %,.0f ms, which this load does not explain:"
                                        + " ./run.sh diagnose shows what holds the connections)",
                                sample.p99Wait().toNanos() / 1e6)
                        : "no pool is large enough";
        // The size and the duration of batches under another load cannot be derived from those under this load.
        boolean batched = sample.requestsPerCheckout() > MIN_BATCH_TO_MENTION;
        String batchingNote = batched
                ? String.format(
                        Locale.ROOT,
                        " One checkout answers %.1f requests now (batching), and more under more load: measure the maximum"
                                + " requests per second with ./run.sh load. Callers also wait for the preceding batch; the"
                                + " measured waits include that, the predicted waits do not.",
                        sample.requestsPerCheckout())
                : "";
        return String.format(
                Locale.ROOT,
                "The maximum is %d; at the load of the last minute (%,.0f checkouts/s of %.2f ms, %.1f in use on average) %s to keep 99 %% of"
                        + " waits under %d ms; %d saturate at %,.0f %s/s, and meet this target up to %,.0f.%s",
                maximum,
                sample.checkoutsPerSecond(),
                sample.meanUse().toNanos() / 1e6,
                offeredLoad(),
                sizing,
                waitTarget.toMillis(),
                maximum,
                saturation,
                batched ? "checkouts" : "requests",
                maxPerSecond,
                batchingNote);
    }
}
