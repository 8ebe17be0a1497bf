package app.rodmena.auth.tools.model;

import java.util.List;
import java.util.function.DoubleSupplier;

/**
 * One load with which the model is compared.
 *
 * @param what the description
 * @param utilisation the offered load as a share of the connections, to the accuracy of pg_sleep
 * @param bunch the number of simultaneous arrivals
 * @param variation the squared coefficient of variation of the use times: 0 for constant times, else at least 1
 */
record LoadPoint(String what, double utilisation, int bunch, double variation) {
    private static final long SEED = 7;

    /** First the loads that meet the model's assumptions, up to a utilisation of 0.95; then loads that violate them. */
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

    /** The seconds between bunches, for this number of connections and this mean use time in seconds. */
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
