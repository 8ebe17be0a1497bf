package app.rodmena.auth.jmx;

import app.rodmena.auth.capacity.Advice;
import app.rodmena.auth.capacity.Adviser;
import app.rodmena.auth.capacity.Evidence;
import app.rodmena.auth.capacity.Expectation;
import app.rodmena.auth.mbean.Describe;
import app.rodmena.auth.mbean.Singly;
import java.time.Duration;
import java.util.Optional;

@Describe("Whether the pool has the right size for what the last minute showed, and what another size would do")
final class CapacityBean {
    /** What stands for a number that there is none of: open types have no empty ones. */
    private static final int NONE = -1;

    private final Adviser adviser;

    @Describe("Advice on the pool's size; all numbers are 0 as long as the last minute showed too little")
    record AdviceRow(
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

            @Describe(value = "What keeps every connection busy all the time", unit = "requests per second")
            double saturation,

            @Describe(value = "Up to what 99 % of waits stay under the target", unit = "requests per second")
            double most) {
        static AdviceRow of(Advice advice) {
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
                    millis(advice.expected().meanWait()),
                    Text.millis(evidence.meanWait()),
                    millis(advice.expected().p99Wait()),
                    Text.millis(evidence.p99Wait()),
                    advice.saturation(),
                    advice.most());
        }
    }

    @Describe("What to expect of another fleet, if connections are used as in the last minute")
    record Outlook(
            @Describe(
                    value = "Share of the connections in use on average; 1 or more: they can't keep up",
                    unit = "0 to 1 and more")
            double utilisation,

            @Describe(value = "How probable it is that one has to wait", unit = "0 to 1")
            double waitProbability,

            @Describe(value = "Mean wait for a connection; -1 if without end", unit = "milliseconds")
            double meanWaitMillis,

            @Describe(value = "What 99 % wait at most; -1 if without end", unit = "milliseconds")
            double p99WaitMillis,

            @Describe(value = "What keeps every connection of the fleet busy", unit = "requests per second")
            double saturation,

            @Describe(value = "The most that the fleet opens, those that watch included", unit = "connections")
            int connections,

            @Describe(value = "What PostgreSQL has for it; -1 if unknown", unit = "connections")
            int room,

            @Describe("Whether PostgreSQL has them, as far as is known")
            boolean fits) {}

    CapacityBean(Adviser adviser) {
        this.adviser = adviser;
    }

    @Describe("Advice on the pool's size")
    @Singly
    public AdviceRow getAdvised() {
        return adviser.advise()
                .map(AdviceRow::of)
                .orElseGet(() -> new AdviceRow(Adviser.tooLittle(), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    }

    @Describe("What to expect of another fleet under another load")
    public Outlook whatIf(
            @Describe(value = "Processes, 1 to 10000", unit = "processes") int workers,
            @Describe(value = "The most that each opens, overflow included; 1 to 2000", unit = "connections")
                    int poolSize,
            @Describe(value = "To all of them together", unit = "requests per second") double requestsPerSecond) {
        return adviser.whatIf(workers, poolSize, requestsPerSecond)
                .map(outlook -> {
                    Expectation expected = outlook.expected();
                    return new Outlook(
                            expected.utilisation(),
                            expected.waitProbability(),
                            millis(expected.meanWait()),
                            millis(expected.p99Wait()),
                            outlook.saturation(),
                            outlook.demand().total(),
                            outlook.room().orElse(NONE),
                            outlook.fits());
                })
                .orElseThrow(() -> new IllegalStateException(Adviser.tooLittle()));
    }

    private static double millis(Optional<Duration> wait) {
        return wait.map(Text::millis).orElse((double) NONE);
    }
}
