package app.rodmena.auth.capacity;

import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.queueing.QueueModel;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * Whether a pool has the size for what the last minute showed.
 *
 * @param evidence what that was
 * @param maximum the connections that the pool may have: pool_size + max_overflow
 * @param waitTarget what 99 % should wait at most
 * @param expected what is to be expected of the pool as it is
 * @param smallest the fewest connections that keep the target at that load; empty if as many as a pool may have don't,
 *     or if the waits that were measured contradict what is expected
 * @param saturation checkouts per second that keep every connection of this pool busy
 * @param most checkouts per second up to which this pool keeps the target
 */
public record Advice(
        Evidence evidence,
        int maximum,
        Duration waitTarget,
        Expectation expected,
        OptionalInt smallest,
        double saturation,
        double most) {
    private static final double WORTH_A_WORD = 1.05;

    public Advice {
        Objects.requireNonNull(evidence, "evidence");
        Objects.requireNonNull(waitTarget, "waitTarget");
        Objects.requireNonNull(expected, "expected");
        Objects.requireNonNull(smallest, "smallest");
    }

    static Advice of(Evidence evidence, int maximum, Duration waitTarget) {
        QueueModel queue = new QueueModel(maximum, evidence.load());
        double target = waitTarget.toNanos() / 1e9;
        Expectation expected = Expectation.of(queue);
        return new Advice(
                evidence,
                maximum,
                waitTarget,
                expected,
                isContradicted(evidence, expected, waitTarget)
                        ? OptionalInt.empty()
                        : QueueModel.least(
                                evidence.load(), Expectation.SHARE, target, 2 * PoolSettings.MOST_CONNECTIONS),
                queue.saturation(),
                queue.most(Expectation.SHARE, target));
    }

    /** Whether callers waited longer than the target although the load is one at which they should not. */
    private boolean isContradicted() {
        return isContradicted(evidence, expected, waitTarget);
    }

    private static boolean isContradicted(Evidence evidence, Expectation expected, Duration waitTarget) {
        return evidence.p99Wait().compareTo(waitTarget) > 0
                && expected.p99Wait()
                        .filter(wait -> wait.compareTo(waitTarget) <= 0)
                        .isPresent();
    }

    /** Connections in use on average, by Little's law. */
    public double offered() {
        return evidence.load().offered();
    }

    /** The advice, to be read. */
    public String inWords() {
        String need = smallest.isPresent()
                ? smallest.getAsInt() == maximum ? "just these do" : smallest.getAsInt() + " would do"
                : isContradicted()
                        ? String.format(
                                Locale.ROOT,
                                "no size can be advised (99 %% of waits took up to %,.0f ms, which this load does not explain:"
                                        + " ./run.sh diagnose says what holds the connections)",
                                evidence.p99Wait().toNanos() / 1e6)
                        : "no pool would do";
        // How many go together under another load, and how long that takes, does not follow from this one.
        boolean together = evidence.requestsPerCheckout() > WORTH_A_WORD;
        String batches = together
                ? String.format(
                        Locale.ROOT,
                        " One checkout answers %.1f requests now (batching), and more under more load: how many requests"
                                + " a second that makes at most, only ./run.sh load tells. What is waited for then is the"
                                + " batch before, which is in what was measured and in nothing that is expected.",
                        evidence.requestsPerCheckout())
                : "";
        return String.format(
                Locale.ROOT,
                "You have %d; at today's load (%,.0f checkouts/s of %.2f ms, %.1f in use on average) %s to keep 99 %% of"
                        + " waits under %d ms; %d saturate at %,.0f %s/s, and keep that up to %,.0f.%s",
                maximum,
                evidence.checkoutsPerSecond(),
                evidence.meanUse().toNanos() / 1e6,
                offered(),
                need,
                waitTarget.toMillis(),
                maximum,
                saturation,
                together ? "checkouts" : "requests",
                most,
                batches);
    }
}
