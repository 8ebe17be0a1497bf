package app.rodmena.auth.load;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What was measured.
 *
 * @param requests that are over, well or not
 * @param right that were answered, and rightly
 * @param elapsed from the first request to the last answer
 * @param latency of right answers, from when the request was due
 * @param serviceTime of right answers, from when the request was sent; only with a rate, where it differs
 * @param interrupted whether it was stopped before it was done
 * @param gone whether it ended because nobody could connect any more
 */
public record Result(
        Plan plan,
        long requests,
        long right,
        Duration elapsed,
        Latency latency,
        Optional<Latency> serviceTime,
        Errors errors,
        PoolUse pool,
        List<Expectation> verdict,
        boolean interrupted,
        boolean gone) {
    public Result {
        verdict = List.copyOf(verdict);
    }

    /** Right answers in a second. */
    public double throughput() {
        return elapsed.isZero() ? 0 : right / (elapsed.toNanos() / 1e9);
    }

    /** Whether every expectation is met. */
    public boolean isOk() {
        return verdict.stream().allMatch(Expectation::isMet);
    }
}
