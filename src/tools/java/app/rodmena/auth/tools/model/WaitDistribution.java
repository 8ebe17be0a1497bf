package app.rodmena.auth.tools.model;

import java.util.Arrays;

/**
 * The waits in a simulation, in seconds.
 *
 * @param waitingShare the share of arrivals that had to wait
 */
public record WaitDistribution(double mean, double p50, double p99, double max, double waitingShare) {
    /** Summarizes waits, at least one, in any order. */
    public static WaitDistribution of(double[] waits) {
        double[] sorted = waits.clone();
        Arrays.sort(sorted);
        return new WaitDistribution(
                Arrays.stream(sorted).average().orElseThrow(),
                at(sorted, 0.50),
                at(sorted, 0.99),
                sorted[sorted.length - 1],
                (double) Arrays.stream(sorted).filter(wait -> wait > 0).count() / sorted.length);
    }

    private static double at(double[] sorted, double quantile) {
        return sorted[(int) Math.min(sorted.length - 1, Math.ceil(quantile * sorted.length) - 1)];
    }
}
