package app.rodmena.auth.capacity;

import app.rodmena.auth.queueing.QueueModel;
import java.time.Duration;
import java.util.Optional;

/**
 * What is to be expected of a pool under a load.
 *
 * @param utilisation share of its connections in use on average; 1 or more if they can't keep up
 * @param waitProbability how probable it is that a caller has to wait
 * @param meanWait of all; empty if they can't keep up, when waits grow without end
 * @param p99Wait what 99 % don't exceed; empty likewise
 */
public record Expectation(
        double utilisation, double waitProbability, Optional<Duration> meanWait, Optional<Duration> p99Wait) {
    static final double SHARE = 0.99;

    static Expectation of(QueueModel queue) {
        return new Expectation(
                queue.utilisation(), queue.waitProbability(), duration(queue.meanWait()), duration(queue.wait(SHARE)));
    }

    private static Optional<Duration> duration(double seconds) {
        return seconds < Duration.ofDays(1).toSeconds()
                ? Optional.of(Duration.ofNanos(Math.round(seconds * 1e9)))
                : Optional.empty();
    }
}
