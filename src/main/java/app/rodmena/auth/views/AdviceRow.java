package app.rodmena.auth.views;

import app.rodmena.auth.capacity.Advice;
import app.rodmena.auth.capacity.Adviser;
import app.rodmena.auth.capacity.Evidence;
import app.rodmena.auth.mbean.Describe;

@Describe("Advice on the pool's size; all numbers are 0 as long as the last minute showed too little")
public record AdviceRow(
        @Describe("The advice, to be read") String advice,

        @Describe(value = "Connections wanted", unit = "checkouts per second")
        double checkoutsPerSecond,

        @Describe(
                value = "Requests that one checkout answers; more than 1 where they are answered together",
                unit = "requests")
        double requestsPerCheckout,

        @Describe(value = "How long a connection is kept", unit = "milliseconds")
        double meanUseMillis,

        @Describe(
                value = "How unlike those times are, variance / mean²: 0 if all are alike, 1 if exponential",
                unit = "squared coefficient of variation")
        double useVariation,

        @Describe(
                value = "Connections in use on average: checkouts per second x time kept (Little's law)",
                unit = "connections")
        double offeredLoad,

        @Describe(value = "The most that the pool may have open", unit = "connections")
        int maximum,

        @Describe(
                value = "The fewest that would keep 99 % of waits under the target; 0 if none would",
                unit = "connections")
        int smallest,

        @Describe(value = "What 99 % should wait at most", unit = "milliseconds")
        long waitTargetMillis,

        @Describe(value = "Mean wait that the model expects; -1 if without end", unit = "milliseconds")
        double expectedMeanWaitMillis,

        @Describe(value = "Mean wait of the last minute", unit = "milliseconds")
        double measuredMeanWaitMillis,

        @Describe(value = "What the model expects 99 % to wait at most; -1 if without end", unit = "milliseconds")
        double expectedP99WaitMillis,

        @Describe(value = "What 99 % of the last minute's waited at most", unit = "milliseconds")
        double measuredP99WaitMillis,

        @Describe(value = "What keeps every connection busy all the time", unit = "checkouts per second")
        double saturation,

        @Describe(value = "Up to what 99 % of waits stay under the target", unit = "checkouts per second")
        double most) {
    /** Of no advice, for lack of evidence. */
    public static AdviceRow none() {
        return new AdviceRow(Adviser.tooLittle(), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    public static AdviceRow of(Advice advice) {
        Evidence evidence = advice.evidence();
        return new AdviceRow(
                advice.inWords(),
                evidence.checkoutsPerSecond(),
                evidence.requestsPerCheckout(),
                Text.millis(evidence.meanUse()),
                evidence.useVariation(),
                advice.offered(),
                advice.maximum(),
                advice.smallest().orElse(0),
                advice.waitTarget().toMillis(),
                Text.millisOrNone(advice.expected().meanWait()),
                Text.millis(evidence.meanWait()),
                Text.millisOrNone(advice.expected().p99Wait()),
                Text.millis(evidence.p99Wait()),
                advice.saturation(),
                advice.most());
    }
}
