package app.rodmena.auth.capacity;

import java.util.Objects;
import java.util.OptionalInt;

/**
 * The waits in a FIFO queue with equal servers: M/M/c by Erlang C, corrected for the measured variability after Allen
 * and Cunneen (A. O. Allen, Probability, Statistics and Queueing Theory, 2nd edition, 1990, section 5.5): the mean wait
 * is (1 + Cs²)/2 times that of M/M/c for Poisson arrivals. Waits longer than 0 are assumed to be exponentially
 * distributed, as in M/M/c. Exact for Poisson arrivals and exponential service.
 *
 * @param servers the number of servers, 1 or more
 */
public record QueueModel(int servers, OfferedLoad load) {
    /**
     * The load on a queue: Poisson arrivals, as from many independent clients.
     *
     * @param perSecond arrivals per second; 0 or more
     * @param meanSeconds mean service time in seconds; more than 0
     * @param serviceVariation squared coefficient of variation of the service times; 0 for constant, 1 for exponential
     *     ones
     */
    public record OfferedLoad(double perSecond, double meanSeconds, double serviceVariation) {
        public OfferedLoad {
            require(perSecond >= 0 && Double.isFinite(perSecond), "perSecond", perSecond);
            require(meanSeconds > 0 && Double.isFinite(meanSeconds), "meanSeconds", meanSeconds);
            require(serviceVariation >= 0 && Double.isFinite(serviceVariation), "serviceVariation", serviceVariation);
        }

        /**
         * The mean number in service if no arrival is lost, in erlangs: Little's law, L = λW (J. D. C. Little, A Proof
         * for the Queuing Formula L = λW, Operations Research 9, 1961).
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

    public QueueModel {
        if (servers < 1) {
            throw new IllegalArgumentException("servers: %s; must be 1 or more".formatted(servers));
        }
        Objects.requireNonNull(load, "load");
    }

    /**
     * Erlang B: the probability that all servers are busy if blocked arrivals leave (A. K. Erlang, Solution of some
     * Problems in the Theory of Probabilities of Significance in Automatic Telephone Exchanges, 1917). Computed by the
     * recursion B(0) = 1, B(k) = aB(k−1) / (k + aB(k−1)), whose terms are all between 0 and 1, so that neither
     * factorials nor powers can overflow (R. B. Cooper, Introduction to Queueing Theory, 2nd edition, 1981, section
     * 3.3).
     *
     * @param offered the offered load a in erlangs
     */
    static double erlangB(int servers, double offered) {
        double blocked = 1;
        for (int k = 1; k <= servers; k++) {
            blocked = offered * blocked / (k + offered * blocked);
        }
        return blocked;
    }

    /**
     * Erlang C: the probability that an arrival has to wait if all arrivals wait until served; 1 if the load exceeds
     * the capacity. C = B / (1 − ρ(1 − B)) with ρ = a / servers (Cooper, section 3.4).
     */
    static double erlangC(int servers, double offered) {
        double utilisation = offered / servers;
        if (utilisation >= 1) {
            return 1;
        }
        double blocked = erlangB(servers, offered);
        return blocked / (1 - utilisation * (1 - blocked));
    }

    /** Mean share of busy servers; 1 or more if they cannot keep up. */
    public double utilisation() {
        return load.offered() / servers;
    }

    /** Whether the load is at or above the capacity, so that waits grow without bound. */
    public boolean isSaturated() {
        return utilisation() >= 1;
    }

    /** Arrivals per second at which all servers are always busy. */
    public double saturation() {
        return servers / load.meanSeconds();
    }

    public double waitProbability() {
        return erlangC(servers, load.offered());
    }

    /** Mean wait in seconds, arrivals that do not wait included; infinite if saturated. */
    public double meanWait() {
        return isSaturated() ? Double.POSITIVE_INFINITY : waitProbability() * meanPositiveWait();
    }

    /** A quantile of the wait in seconds, for example 0.99; infinite if saturated. */
    public double wait(double quantile) {
        if (isSaturated()) {
            return Double.POSITIVE_INFINITY;
        }
        double tail = 1 - quantile;
        double waiting = waitProbability();
        return waiting <= tail ? 0 : meanPositiveWait() * Math.log(waiting / tail);
    }

    private double meanPositiveWait() {
        double variability = (1 + load.serviceVariation()) / 2;
        return variability / (saturation() - load.perSecond());
    }

    /**
     * The minimum number of servers that keeps a quantile of the wait within a limit; empty if it is above
     * {@code maxServers}.
     */
    public static OptionalInt minServers(OfferedLoad load, double quantile, double seconds, int maxServers) {
        int minimum = Math.max(1, (int) Math.floor(load.offered()) + 1);
        for (int servers = minimum; servers <= maxServers; servers++) {
            if (new QueueModel(servers, load).wait(quantile) <= seconds) {
                return OptionalInt.of(servers);
            }
        }
        return OptionalInt.empty();
    }

    /** The maximum arrivals per second that keep a quantile of the wait within a limit, at the same service times. */
    public double maxPerSecond(double quantile, double seconds) {
        double low = 0;
        double high = saturation();
        // Waits grow with arrivals; 60 bisections are more exact than any measurement.
        for (int i = 0; i < 60; i++) {
            double middle = (low + high) / 2;
            if (new QueueModel(servers, load.withPerSecond(middle)).wait(quantile) <= seconds) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
