package app.rodmena.auth.pool;

import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;

/**
 * At which checkouts it is recorded where in the code they are: one in a hundred, and every one for a route that has
 * been suspected of a leak. Recording takes a microsecond or two, so a connection that comes and goes thousands of
 * times a second is recorded a hundred times a second at most. Thread-safe.
 */
final class CheckoutStacks {
    static final long LEAST_PAUSE_NANOS = Duration.ofMillis(10).toNanos();

    private static final int ONE_IN = 100;

    /** More would mean that everything leaks. */
    private static final int MOST_ROUTES = 100;

    private volatile Set<String> leaky = Set.of();

    /**
     * Whether this checkout is to be recorded.
     *
     * @param checkout which of its connection's, from 1
     * @param sinceLastNanos since one of that connection's was recorded
     */
    boolean isWanted(String route, long checkout, long sinceLastNanos) {
        boolean drawn = checkout % ONE_IN == 1 && sinceLastNanos >= LEAST_PAUSE_NANOS;
        Set<String> routes = leaky;
        return drawn || (!routes.isEmpty() && routes.contains(route));
    }

    synchronized void recordFromNowOn(String route) {
        if (leaky.size() < MOST_ROUTES && !leaky.contains(route)) {
            Set<String> more = new TreeSet<>(leaky);
            more.add(route);
            leaky = Set.copyOf(more);
        }
    }
}
