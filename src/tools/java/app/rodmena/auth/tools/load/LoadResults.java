package app.rodmena.auth.tools.load;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The results of a load test.
 *
 * @param requests requests that have ended, successfully or not
 * @param correct requests with a correct response
 * @param elapsed time from the first request to the last response
 * @param latency of correct responses, from the time the request was due
 * @param serviceTime of correct responses, from the time the request was sent; only for an open loop, where it differs
 * @param interrupted whether the run was stopped early
 * @param serverGone whether the run ended because no client could connect
 */
public record LoadResults(
        LoadPlan plan,
        long requests,
        long correct,
        Duration elapsed,
        ClientLatency latency,
        Optional<ClientLatency> serviceTime,
        ErrorCounts errors,
        PoolUse pool,
        List<LoadExpectation> verdict,
        boolean interrupted,
        boolean serverGone) {
    public LoadResults {
        verdict = List.copyOf(verdict);
    }

    /** Correct responses per second. */
    public double throughput() {
        return elapsed.isZero() ? 0 : correct / (elapsed.toNanos() / 1e9);
    }

    /** Whether every expectation is met. */
    public boolean isOk() {
        return verdict.stream().allMatch(LoadExpectation::isMet);
    }
}
