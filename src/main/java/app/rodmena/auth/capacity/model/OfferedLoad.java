package app.rodmena.auth.capacity.model;

/**
 * The load on a queue: Poisson arrivals, as from many independent clients.
 *
 * @param perSecond arrivals per second; 0 or more
 * @param meanSeconds mean service time in seconds; more than 0
 * @param serviceVariation squared coefficient of variation of the service times; 0 for constant, 1 for exponential ones
 */
public record OfferedLoad(double perSecond, double meanSeconds, double serviceVariation) {
    public OfferedLoad {
        require(perSecond >= 0 && Double.isFinite(perSecond), "perSecond", perSecond);
        require(meanSeconds > 0 && Double.isFinite(meanSeconds), "meanSeconds", meanSeconds);
        require(serviceVariation >= 0 && Double.isFinite(serviceVariation), "serviceVariation", serviceVariation);
    }

    /**
     * The mean number in service if no arrival is lost, in erlangs: Little's law, L = λW (J. D. C. Little, A Proof for
     * the Queuing Formula L = λW, Operations Research 9, 1961).
     */
    public double offered() {
        return perSecond * meanSeconds;
    }

    public OfferedLoad withPerSecond(double perSecond) {
        return new OfferedLoad(perSecond, meanSeconds, serviceVariation);
    }

    private static void require(boolean holds, String name, double value) {
        if (!holds) {
            throw new IllegalArgumentException("%s: %s; must be a finite number, 0 or more".formatted(name, value));
        }
    }
}
