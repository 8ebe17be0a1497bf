package app.rodmena.auth.tools.load;

import static app.rodmena.auth.common.NumberText.decimal;
import static app.rodmena.auth.common.NumberText.grouped;

import app.rodmena.auth.tools.load.LoadResults.LoadExpectation;
import app.rodmena.auth.tools.load.LoadResults.PoolUse.Peak;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Compares a load test with the expectations of a pool under load. */
final class LoadAssessment {
    /** A number is pinned if it was at its maximum in this share of the samples since it first reached it. */
    private static final double PINNED_SHARE = 0.9;

    /** The maximum duration of a burst; a number at its maximum for longer can be pinned. */
    private static final double MAX_BURST_SECONDS = 1;

    /** The minimum number of samples for a conclusion. */
    private static final int MIN_SAMPLES = 5;

    private LoadAssessment() {}

    /** @param returned time from the end of the load until no connection was in use; empty if one still was */
    static List<LoadExpectation> of(
            LoadResults.ErrorCounts errors,
            long requests,
            LoadResults.PoolUse pool,
            Optional<Duration> returned,
            int maxWaitSeconds) {
        return List.of(
                allCorrect(errors, requests), notPinned(pool), overflow(pool), allReturned(returned, maxWaitSeconds));
    }

    private static LoadExpectation allCorrect(LoadResults.ErrorCounts errors, long requests) {
        long due = requests + errors.unsent();
        return new LoadExpectation(
                "every response correct",
                errors.total() == 0 && requests > 0,
                grouped(due - errors.total()) + " of " + grouped(due));
    }

    private static LoadExpectation notPinned(LoadResults.PoolUse pool) {
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

    private static LoadExpectation overflow(LoadResults.PoolUse pool) {
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

    private static LoadExpectation allReturned(Optional<Duration> returned, int maxWaitSeconds) {
        return new LoadExpectation(
                "all connections returned afterwards",
                returned.isPresent(),
                returned.map(time -> "checked_out 0 after " + time.toMillis() + " ms")
                        .orElse("checked_out was not 0 within " + maxWaitSeconds + " s"));
    }

    private static boolean isPinned(Peak peak) {
        return peak.secondsSince() > MAX_BURST_SECONDS
                && peak.looksSince() >= MIN_SAMPLES
                && peak.looks() >= PINNED_SHARE * peak.looksSince();
    }

    private static String share(long count, long samples) {
        return samples == 0
                ? "no sample: /health did not answer"
                : "%s %% of %s samples".formatted(Math.round(100.0 * count / samples), grouped(samples));
    }
}
