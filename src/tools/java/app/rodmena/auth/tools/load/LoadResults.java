package app.rodmena.auth.tools.load;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

    /** The fields for JSON; those of an open loop are absent for a closed one. */
    Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("ok", isOk() && !interrupted);
        fields.put("stopped", interrupted);
        fields.put("serverGone", serverGone);
        fields.put("url", plan.target().toString());
        fields.put("mix", plan.mix().wireName());
        fields.put("clients", plan.clients());
        plan.ratePerSecond().ifPresent(rate -> fields.put("ratePerSecond", rate));
        fields.put("warmUpSeconds", plan.warmUp().toMillis() / 1e3);
        fields.put("requests", requests);
        fields.put("rightAnswers", correct);
        fields.put("elapsedSeconds", elapsed.toNanos() / 1e9);
        fields.put("rightAnswersPerSecond", throughput());
        fields.put("latencyMillis", latency);
        serviceTime.ifPresent(time -> fields.put("onceSentMillis", time));
        fields.put("errors", errors);
        fields.put("pool", pool);
        fields.put("verdict", verdict);
        return fields;
    }
}
