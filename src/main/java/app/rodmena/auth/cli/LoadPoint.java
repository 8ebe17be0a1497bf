package app.rodmena.auth.cli;

import app.rodmena.auth.queueing.RandomDurations;
import java.util.List;
import java.util.function.DoubleSupplier;

/**
 * One load to hold the model against.
 *
 * @param what what is special about it
 * @param utilisation share of the connections that it keeps busy, as far as pg_sleep is exact
 * @param bunch how many arrive at the same moment
 * @param variation squared coefficient of variation of how long connections are used; 0 for all alike, else 1 or more
 */
record LoadPoint(String what, double utilisation, int bunch, double variation) {
    private static final long SEED = 7;

    /** First those that the model is for, up to where connections are hardly ever idle; then those that it is not. */
    static final List<LoadPoint> ALL = List.of(
            new LoadPoint("independent, exponential", 0.3, 1, 1),
            new LoadPoint("independent, exponential", 0.5, 1, 1),
            new LoadPoint("independent, exponential", 0.7, 1, 1),
            new LoadPoint("independent, exponential", 0.8, 1, 1),
            new LoadPoint("independent, exponential", 0.9, 1, 1),
            new LoadPoint("independent, exponential", 0.95, 1, 1),
            new LoadPoint("all uses alike", 0.8, 1, 0),
            new LoadPoint("few long uses", 0.8, 1, 4),
            new LoadPoint("in bunches of 5", 0.7, 5, 1),
            new LoadPoint("more than it can do", 1.05, 1, 1));

    /** Seconds between bunches, for so many connections, each used for so many seconds. */
    DoubleSupplier gaps(int connections, double meanSeconds) {
        return RandomDurations.exponential(bunch * meanSeconds / (utilisation * connections), SEED);
    }

    DoubleSupplier uses(double meanSeconds) {
        if (variation == 0) {
            return RandomDurations.constant(meanSeconds);
        }
        return variation == 1
                ? RandomDurations.exponential(meanSeconds, SEED + 1)
                : RandomDurations.mixed(meanSeconds, variation, SEED + 1);
    }
}
