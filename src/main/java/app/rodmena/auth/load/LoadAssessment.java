package app.rodmena.auth.load;

import app.rodmena.auth.load.PoolUse.Peak;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The expectations of the original pooling document for a pool under load. */
final class LoadAssessment {
    /** A number is pinned if it is at its maximum in nine of ten samples since it first was, */
    private static final double HARDLY_EVER_BACK = 0.9;

    /** and for longer than a burst. */
    private static final double LONGEST_BURST_SECONDS = 1;

    /** The minimum number of samples for a conclusion. */
    private static final int FEWEST_LOOKS = 5;

    private LoadAssessment() {}

    /** @param returned time from the end until no connection was checked out; empty if one still was */
    static List<LoadExpectation> of(
            ErrorCounts errors, long requests, PoolUse pool, Optional<Duration> returned, int patience) {
        return List.of(answered(errors, requests), notPinned(pool), overflow(pool), returned(returned, patience));
    }

    private static LoadExpectation answered(ErrorCounts errors, long requests) {
        return new LoadExpectation(
                "every response correct",
                errors.total() == 0 && requests > 0,
                String.format(
                        Locale.ROOT,
                        "%,d of %,d",
                        requests - errors.total() + errors.unsent(),
                        requests + errors.unsent()));
    }

    private static LoadExpectation notPinned(PoolUse pool) {
        boolean pinned = isPinned(pool.allOut());
        String seen = pool.fewestOut() == pool.mostOut()
                ? "checked_out %s".formatted(pool.mostOut())
                : "checked_out %s to %s".formatted(pool.fewestOut(), pool.mostOut());
        return new LoadExpectation(
                "checked_out not pinned at the maximum",
                !pinned,
                "%s; all %s out in %s"
                                .formatted(
                                        seen,
                                        pool.maximum(),
                                        share(pool.allOut().looks(), pool.looks()))
                        + (pinned ? ", and almost always from then on" : ""));
    }

    private static LoadExpectation overflow(PoolUse pool) {
        return new LoadExpectation(
                "overflow minimal",
                !isPinned(pool.allOpen()),
                String.format(
                        Locale.ROOT,
                        "%.1f on average, %d at most; all %d open in %s",
                        pool.meanOverflow(),
                        pool.mostOverflow(),
                        pool.maximum() - pool.poolSize(),
                        share(pool.allOpen().looks(), pool.looks())));
    }

    private static LoadExpectation returned(Optional<Duration> returned, int patience) {
        return new LoadExpectation(
                "all connections returned afterwards",
                returned.isPresent(),
                returned.map(after -> "checked_out 0 after " + after.toMillis() + " ms")
                        .orElse("checked_out was not 0 within " + patience + " s"));
    }

    private static boolean isPinned(Peak peak) {
        return peak.secondsSince() > LONGEST_BURST_SECONDS
                && peak.looksSince() >= FEWEST_LOOKS
                && peak.looks() >= HARDLY_EVER_BACK * peak.looksSince();
    }

    private static String share(long times, long looks) {
        return looks == 0
                ? "no sample: /health did not answer"
                : String.format(Locale.ROOT, "%d %% of %,d samples", Math.round(100.0 * times / looks), looks);
    }
}
