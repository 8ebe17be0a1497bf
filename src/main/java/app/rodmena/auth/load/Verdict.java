package app.rodmena.auth.load;

import app.rodmena.auth.load.PoolUse.Peak;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What the document that this pool was written for expects of it under load. */
final class Verdict {
    /** Pinned is what was at its maximum in nine of ten looks since it first was, */
    private static final double HARDLY_EVER_BACK = 0.9;

    /** and for so long that this is no burst. */
    private static final double LONGEST_BURST_SECONDS = 1;

    /** Fewer looks tell nothing. */
    private static final int FEWEST_LOOKS = 5;

    private Verdict() {}

    /** @param returned how long after the end nothing was checked out any more; empty if something still was */
    static List<Expectation> of(Errors errors, long requests, PoolUse pool, Optional<Duration> returned, int patience) {
        return List.of(answered(errors, requests), notPinned(pool), overflow(pool), returned(returned, patience));
    }

    private static Expectation answered(Errors errors, long requests) {
        return new Expectation(
                "every request answered rightly",
                errors.total() == 0 && requests > 0,
                String.format(
                        Locale.ROOT,
                        "%,d of %,d",
                        requests - errors.total() + errors.unsent(),
                        requests + errors.unsent()));
    }

    private static Expectation notPinned(PoolUse pool) {
        boolean pinned = isPinned(pool.allOut());
        String seen = pool.fewestOut() == pool.mostOut()
                ? "it was %s".formatted(pool.mostOut())
                : "it was %s to %s".formatted(pool.fewestOut(), pool.mostOut());
        return new Expectation(
                "checked_out not pinned at the maximum",
                !pinned,
                "%s; all %s out in %s"
                                .formatted(
                                        seen,
                                        pool.maximum(),
                                        share(pool.allOut().looks(), pool.looks()))
                        + (pinned ? ", and hardly ever less once they were" : ""));
    }

    private static Expectation overflow(PoolUse pool) {
        return new Expectation(
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

    private static Expectation returned(Optional<Duration> returned, int patience) {
        return new Expectation(
                "everything returned afterwards",
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
                ? "no look: /health did not answer"
                : String.format(Locale.ROOT, "%d %% of %,d looks", Math.round(100.0 * times / looks), looks);
    }
}
