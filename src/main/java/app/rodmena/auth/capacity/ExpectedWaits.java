package app.rodmena.auth.capacity;

import app.rodmena.auth.capacity.model.QueueModel;
import app.rodmena.auth.schema.Description;
import java.time.Duration;
import java.util.Optional;

/**
 * The waits that the queueing model predicts for a pool under a load; empty if the pool is overloaded, when waits are
 * unbounded.
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
