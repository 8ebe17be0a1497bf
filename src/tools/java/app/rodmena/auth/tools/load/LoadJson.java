package app.rodmena.auth.tools.load;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * The results of a load as JSON.
 *
 * @param ratePerSecond the requested rate; absent without one
 * @param onceSentMillis the latency from sending, not from when the request was due; absent without a rate
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record LoadJson(
        boolean ok,
        boolean stopped,
        boolean serverGone,
        String url,
        String mix,
        int clients,
        Integer ratePerSecond,
        long requests,
        long rightAnswers,
        double elapsedSeconds,
        double rightAnswersPerSecond,
        ClientLatency latencyMillis,
        ClientLatency onceSentMillis,
        ErrorCounts errors,
        PoolUse pool,
        List<Line> verdict) {
    /** An expectation, and whether it is met. */
    record Line(String expectation, boolean ok, String seen) {
        static Line of(LoadExpectation expectation) {
            return new Line(expectation.name(), expectation.isMet(), expectation.observed());
        }
    }

    static LoadJson of(LoadResults result) {
        return new LoadJson(
                result.isOk() && !result.interrupted(),
                result.interrupted(),
                result.serverGone(),
                result.plan().target().toString(),
                result.plan().mix().wireName(),
                result.plan().clients(),
                result.plan().ratePerSecond().isPresent()
                        ? result.plan().ratePerSecond().getAsInt()
                        : null,
                result.requests(),
                result.correct(),
                result.elapsed().toNanos() / 1e9,
                result.throughput(),
                result.latency(),
                result.serviceTime().orElse(null),
                result.errors(),
                result.pool(),
                result.verdict().stream().map(Line::of).toList());
    }
}
