package app.rodmena.auth.queueing;

import java.util.Objects;
import java.util.OptionalInt;

/**
 * One queue in order of arrival before equal servers, and what to expect of it: M/M/c by Erlang C, corrected for the
 * variability that was measured after Allen and Cunneen (A. O. Allen, Probability, Statistics and Queueing Theory, 2nd
 * edition, 1990, section 5.5): the mean wait is (Ca² + Cs²)/2 times that of M/M/c. Those who wait at all are taken to
 * wait exponentially long, as in M/M/c they do. Exact where arrivals are independent and service is exponential.
 *
 * @param servers how many serve, at least 1
 */
public record QueueModel(int servers, Load load) {
    public QueueModel {
        if (servers < 1) {
            throw new IllegalArgumentException("servers: %s; must be 1 or more".formatted(servers));
        }
        Objects.requireNonNull(load, "load");
    }

    /** Share of the servers that is busy on average; 1 or more if they can't keep up. */
    public double utilisation() {
        return load.offered() / servers;
    }

    /** Whether more comes than can ever be served: then waits grow without end. */
    public boolean isSaturated() {
        return utilisation() >= 1;
    }

    /** Arrivals per second that keep every server busy all the time. */
    public double saturation() {
        return servers / load.meanSeconds();
    }

    /** How probable it is that one has to wait. */
    public double waitProbability() {
        return Erlang.c(servers, load.offered());
    }

    /** Mean wait in seconds, of those who don't have to included; infinite if saturated. */
    public double meanWait() {
        return isSaturated() ? Double.POSITIVE_INFINITY : waitProbability() * meanWaitOfThoseWhoWait();
    }

    /** The wait in seconds that this share of all does not exceed, as 0.99; infinite if saturated. */
    public double wait(double share) {
        if (isSaturated()) {
            return Double.POSITIVE_INFINITY;
        }
        double exceeding = 1 - share;
        double waiting = waitProbability();
        return waiting <= exceeding ? 0 : meanWaitOfThoseWhoWait() * Math.log(waiting / exceeding);
    }

    private double meanWaitOfThoseWhoWait() {
        double variability = (load.arrivalVariation() + load.serviceVariation()) / 2;
        return variability / (saturation() - load.perSecond());
    }

    /** The least servers that keep that share's wait within so many seconds; empty if {@code most} don't. */
    public static OptionalInt least(Load load, double share, double seconds, int most) {
        int first = Math.max(1, (int) Math.floor(load.offered()) + 1);
        for (int servers = first; servers <= most; servers++) {
            if (new QueueModel(servers, load).wait(share) <= seconds) {
                return OptionalInt.of(servers);
            }
        }
        return OptionalInt.empty();
    }

    /** Arrivals per second, at the same service, up to which that share's wait stays within so many seconds. */
    public double most(double share, double seconds) {
        double low = 0;
        double high = saturation();
        // Waits grow with arrivals; halving 60 times is more exact than any measurement.
        for (int i = 0; i < 60; i++) {
            double middle = (low + high) / 2;
            if (new QueueModel(servers, load.withPerSecond(middle)).wait(share) <= seconds) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
