package app.rodmena.auth.queueing;

/**
 * What a queue is asked to do.
 *
 * @param perSecond arrivals per second; 0 or more
 * @param meanSeconds mean time that one is served; more than 0
 * @param arrivalVariation squared coefficient of variation of the times between arrivals; 1 where they come
 *     independently of each other
 * @param serviceVariation squared coefficient of variation of the times of service; 0 where all are alike, 1 where they
 *     are exponential
 */
public record Load(double perSecond, double meanSeconds, double arrivalVariation, double serviceVariation) {
    public Load {
        require(perSecond >= 0 && Double.isFinite(perSecond), "perSecond", perSecond);
        require(meanSeconds > 0 && Double.isFinite(meanSeconds), "meanSeconds", meanSeconds);
        require(arrivalVariation >= 0 && Double.isFinite(arrivalVariation), "arrivalVariation", arrivalVariation);
        require(serviceVariation >= 0 && Double.isFinite(serviceVariation), "serviceVariation", serviceVariation);
    }

    /** Arrivals independent of each other, as of many clients that know nothing of one another. */
    public static Load independent(double perSecond, double meanSeconds, double serviceVariation) {
        return new Load(perSecond, meanSeconds, 1, serviceVariation);
    }

    /**
     * How many are being served on average, if nobody has to go: Little's law, L = λW (J. D. C. Little, A Proof for the
     * Queuing Formula L = λW, Operations Research 9, 1961). In erlangs.
     */
    public double offered() {
        return perSecond * meanSeconds;
    }

    public Load withPerSecond(double perSecond) {
        return new Load(perSecond, meanSeconds, arrivalVariation, serviceVariation);
    }

    private static void require(boolean holds, String name, double value) {
        if (!holds) {
            throw new IllegalArgumentException(
                    "%s: %s; must be a finite number that is not negative".formatted(name, value));
        }
    }
}
