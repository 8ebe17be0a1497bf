package app.rodmena.auth.tools.load;

import static app.rodmena.auth.common.NumberText.decimal;
import static app.rodmena.auth.common.NumberText.grouped;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

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
    /** A number is pinned if it was at its maximum in this share of the samples since it first reached it. */
    private static final double PINNED_SHARE = 0.9;

    /** The maximum duration of a burst; a number at its maximum for longer can be pinned. */
    private static final double MAX_BURST_SECONDS = 1;

    /** The minimum number of samples for a conclusion. */
    private static final int MIN_SAMPLES = 5;

    public LoadResults {
        verdict = List.copyOf(verdict);
    }

    /** Correct responses per second. */
    public double throughput() {
        return elapsed.isZero() ? 0 : correct / (elapsed.toNanos() / 1e9);
    }

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

    /**
     * Compares a load test with the expectations of a pool under load.
     *
     * @param returned time from the end of the load until no connection was in use; empty if that was not observed
     * @param notReturned the observation if {@code returned} is empty
     */
    static List<LoadExpectation> verdict(
            ErrorCounts errors, long requests, PoolUse pool, Optional<Duration> returned, String notReturned) {
        return List.of(
                allCorrect(errors, requests), notPinned(pool), overflow(pool), allReturned(returned, notReturned));
    }

    private static LoadExpectation allCorrect(ErrorCounts errors, long requests) {
        long due = requests + errors.unsent();
        return new LoadExpectation(
                "every response correct",
                errors.total() == 0 && requests > 0,
                grouped(due - errors.total()) + " of " + grouped(due));
    }

    private static LoadExpectation notPinned(PoolUse pool) {
        boolean pinned = isPinned(pool.allOut());
        String range = pool.fewestOut() == pool.mostOut()
                ? "checked_out %s".formatted(pool.mostOut())
                : "checked_out %s to %s".formatted(pool.fewestOut(), pool.mostOut());
        return new LoadExpectation(
                "checked_out not pinned at the maximum",
                !pinned,
                "%s; all %s in use in %s"
                                .formatted(
                                        range,
                                        pool.maximum(),
                                        share(pool.allOut().looks(), pool.looks()))
                        + (pinned ? ", and in nearly all samples after the first of these" : ""));
    }

    private static LoadExpectation overflow(PoolUse pool) {
        String mean = decimal(pool.meanOverflow(), 1);
        int overflow = pool.maximum() - pool.poolSize();
        return new LoadExpectation(
                "overflow minimal",
                !isPinned(pool.allOpen()),
                "%s on average, %s at most; all %s open in %s"
                        .formatted(
                                mean,
                                pool.mostOverflow(),
                                overflow,
                                share(pool.allOpen().looks(), pool.looks())));
    }

    private static LoadExpectation allReturned(Optional<Duration> returned, String notReturned) {
        return new LoadExpectation(
                "all connections returned afterwards",
                returned.isPresent(),
                returned.map(time -> "checked_out 0 after " + time.toMillis() + " ms")
                        .orElse(notReturned));
    }

    private static boolean isPinned(PoolUse.Peak peak) {
        return peak.secondsSince() > MAX_BURST_SECONDS
                && peak.looksSince() >= MIN_SAMPLES
                && peak.looks() >= PINNED_SHARE * peak.looksSince();
    }

    private static String share(long count, long samples) {
        return samples == 0
                ? "no sample: /health did not answer"
                : "%s %% of %s samples".formatted(Math.round(100.0 * count / samples), grouped(samples));
    }

    /**
     * Failed requests by kind.
     *
     * @param status responses with a status other than 200, by status
     * @param wrongAnswer responses with status 200 and a wrong body
     * @param timeout requests without a response within the timeout
     * @param connectionLost connections lost before the response was complete
     * @param connect failed connection attempts
     * @param unsent requests that were due but never sent, because every client was still waiting for a response
     * @param examples the first failure of each kind or status, one line each
     */
    public record ErrorCounts(
            long total,
            Map<Integer, Long> status,
            long wrongAnswer,
            long timeout,
            long connectionLost,
            long connect,
            long unsent,
            Map<String, String> examples) {
        public ErrorCounts {
            status = Collections.unmodifiableMap(new TreeMap<>(status));
            examples = Collections.unmodifiableMap(new LinkedHashMap<>(examples));
        }
    }

    /** Latency of correct responses in milliseconds, to three significant digits; all 0 if there were none. */
    public record ClientLatency(double mean, double p50, double p90, double p99, double p999, double max) {
        private static final double MICROS_PER_MILLI = 1000;

        static ClientLatency of(Histogram micros) {
            return new ClientLatency(
                    micros.getTotalCount() == 0 ? 0 : micros.getMean() / MICROS_PER_MILLI,
                    at(micros, 50),
                    at(micros, 90),
                    at(micros, 99),
                    at(micros, 99.9),
                    micros.getMaxValue() / MICROS_PER_MILLI);
        }

        private static double at(Histogram micros, double percentile) {
            return micros.getValueAtPercentile(percentile) / MICROS_PER_MILLI;
        }
    }

    /**
     * The pool during a load test, from samples of {@code GET /health}.
     *
     * @param poolSize pool_size
     * @param maximum pool_size + max_overflow
     * @param looks the number of samples
     * @param fewestOut minimum of the connections in use
     * @param mostOut maximum of the connections in use
     * @param allOut the samples in which all connections were in use
     * @param mostOpen maximum of the open connections
     * @param meanOverflow mean of the connections open beyond pool_size
     * @param mostOverflow maximum of the connections open beyond pool_size
     * @param allOpen the samples in which the maximum number of connections was open
     */
    public record PoolUse(
            int poolSize,
            int maximum,
            long looks,
            int fewestOut,
            int mostOut,
            Peak allOut,
            int mostOpen,
            double meanOverflow,
            int mostOverflow,
            Peak allOpen) {
        /**
         * The samples in which a number was at its maximum.
         *
         * @param looks the number of samples at the maximum
         * @param looksSince the number of all samples since the first of these
         * @param secondsSince seconds from the first of these to the last sample
         */
        public record Peak(long looks, long looksSince, double secondsSince) {
            /** Not at the maximum in any sample. */
            static final Peak NONE = new Peak(0, 0, 0);

            /** @param seconds since the previous sample */
            Peak plusSample(boolean isAtMaximum, double seconds) {
                return looks == 0 && !isAtMaximum
                        ? this
                        : new Peak(
                                looks + (isAtMaximum ? 1 : 0), looksSince + 1, looks == 0 ? 0 : secondsSince + seconds);
            }
        }
    }

    /**
     * An expectation of a server under load, and whether it was met.
     *
     * @param name the expectation
     * @param isMet whether it was met; true if a short run could not show it
     * @param observed the measured numbers
     */
    public record LoadExpectation(
            @JsonProperty("expectation") String name,
            @JsonProperty("ok") boolean isMet,
            @JsonProperty("seen") String observed) {}
}
