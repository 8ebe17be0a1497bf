package app.rodmena.auth.cli;

import app.rodmena.auth.load.Errors;
import app.rodmena.auth.load.Expectation;
import app.rodmena.auth.load.Latency;
import app.rodmena.auth.load.PoolUse;
import app.rodmena.auth.load.Result;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Locale;

/**
 * The result of a load, for programs.
 *
 * @param ratePerSecond absent if there was none
 * @param onceSentMillis absent without a rate
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
        Latency latencyMillis,
        Latency onceSentMillis,
        Errors errors,
        PoolUse pool,
        List<Line> verdict) {
    /** One expectation. */
    record Line(String expectation, boolean ok, String seen) {
        static Line of(Expectation expectation) {
            return new Line(expectation.name(), expectation.isMet(), expectation.seen());
        }
    }

    static LoadJson of(Result result) {
        return new LoadJson(
                result.isOk() && !result.interrupted(),
                result.interrupted(),
                result.gone(),
                result.plan().target().toString(),
                result.plan().mix().name().toLowerCase(Locale.ROOT),
                result.plan().clients(),
                result.plan().ratePerSecond().isPresent()
                        ? result.plan().ratePerSecond().getAsInt()
                        : null,
                result.requests(),
                result.right(),
                result.elapsed().toNanos() / 1e9,
                result.throughput(),
                result.latency(),
                result.serviceTime().orElse(null),
                result.errors(),
                result.pool(),
                result.verdict().stream().map(Line::of).toList());
    }
}
