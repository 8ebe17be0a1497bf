package app.rodmena.auth.tools.model;

import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;

/** Random durations in seconds, repeatable for a seed. Not thread-safe. */
public final class RandomDurations {
    private RandomDurations() {}

    /** Exponential durations: squared coefficient of variation 1. */
    public static DoubleSupplier exponential(double mean, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return () -> drawn(mean, random);
    }

    /** Constant durations: squared coefficient of variation 0. */
    public static DoubleSupplier constant(double value) {
        return () -> value;
    }

    /**
     * A mixture of many short and few long exponential durations with this squared coefficient of variation, 1 or more:
     * the hyperexponential distribution with balanced means (H. C. Tijms, Stochastic Models, 1994, appendix B).
     */
    public static DoubleSupplier mixed(double mean, double variation, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double shortShare = (1 + Math.sqrt((variation - 1) / (variation + 1))) / 2;
        double meanOfShort = mean / (2 * shortShare);
        double meanOfLong = mean / (2 * (1 - shortShare));
        return () -> {
            double kind = random.nextDouble() < shortShare ? meanOfShort : meanOfLong;
            return drawn(kind, random);
        };
    }

    private static double drawn(double mean, SplittableRandom random) {
        return -mean * Math.log(1 - random.nextDouble());
    }
}
