package app.rodmena.auth.capacity;

import app.rodmena.auth.capacity.model.QueueModel;
import java.time.Duration;
import java.util.Optional;

/**
 * The waits that the queueing model predicts for a pool under a load.
 *
 * @param utilisation average share of the connections in use; 1 or more if the pool is overloaded
 * @param waitProbability probability that a caller has to wait
 * @param meanWait mean wait of all callers; empty if the pool is overloaded, when waits are unbounded
 * @param p99Wait 99th percentile of the waits; empty if the pool is overloaded
 */
public record ExpectedWaits(
        double utilisation, double waitProbability, Optional<Duration> meanWait, Optional<Duration> p99Wait) {
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
