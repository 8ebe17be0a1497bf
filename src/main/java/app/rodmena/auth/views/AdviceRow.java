package app.rodmena.auth.views;

import app.rodmena.auth.capacity.PoolSizeAdvice;
import app.rodmena.auth.capacity.PoolSizeAdvisor;
import app.rodmena.auth.capacity.WorkloadSample;
import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.WireFormat;

@Description("Sizing advice for the pool; all numbers are 0 while the last minute has too few checkouts")
public record AdviceRow(
        @Description("The advice as text") String advice,

        @Description(value = "Connections wanted", unit = "checkouts per second")
        double checkoutsPerSecond,

        @Description(value = "Requests per checkout; more than 1 if requests are batched", unit = "requests")
        double requestsPerCheckout,

        @Description(value = "Mean use time of a connection, from checkout to check-in", unit = "milliseconds")
        double meanUseMillis,

        @Description(
                value = "Variation of the use times, variance / mean²: 0 if constant, 1 if exponential",
                unit = "squared coefficient of variation")
        double useVariation,

        @Description(
                value = "Connections in use on average: checkouts per second x mean use time (Little's law)",
                unit = "connections")
        double offeredLoad,

        @Description(value = "Maximum of the pool: pool_size + max_overflow", unit = "connections")
        int maximum,

        @Description(
                value = "Smallest maximum that keeps the p99 wait under the target; 0 if there is none",
                unit = "connections")
        int smallest,

        @Description(value = "Target p99 wait for a connection", unit = "milliseconds")
        long waitTargetMillis,

        @Description(value = "Mean wait predicted by the queueing model; -1 if unbounded", unit = "milliseconds")
        double expectedMeanWaitMillis,

        @Description(value = "Mean wait measured in the last minute", unit = "milliseconds")
        double measuredMeanWaitMillis,

        @Description(value = "p99 wait predicted by the queueing model; -1 if unbounded", unit = "milliseconds")
        double expectedP99WaitMillis,

        @Description(value = "p99 wait measured in the last minute", unit = "milliseconds")
        double measuredP99WaitMillis,

        @Description(value = "Load that keeps every connection busy all the time", unit = "checkouts per second")
        double saturation,

        @Description(value = "Maximum load at which the p99 wait stays under the target", unit = "checkouts per second")
        double most) {
    /** The row without advice: the last minute has too few checkouts. */
    public static AdviceRow none() {
        return new AdviceRow(PoolSizeAdvisor.insufficientData(), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    public static AdviceRow of(PoolSizeAdvice advice) {
        WorkloadSample evidence = advice.sample();
        return new AdviceRow(
                advice.toText(),
                evidence.checkoutsPerSecond(),
                evidence.requestsPerCheckout(),
                WireFormat.millis(evidence.meanUse()),
                evidence.useVariation(),
                advice.offeredLoad(),
                advice.maximum(),
                advice.minPoolSize().orElse(0),
                advice.waitTarget().toMillis(),
                WireFormat.millisOrNone(advice.expected().meanWait()),
                WireFormat.millis(evidence.meanWait()),
                WireFormat.millisOrNone(advice.expected().p99Wait()),
                WireFormat.millis(evidence.p99Wait()),
                advice.saturation(),
                advice.maxPerSecond());
    }
}
