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
    private static final long LEAST_PAUSE_NANOS = Duration.ofMillis(10).toNanos();

    private static final int ONE_IN = 100;

    /** More would mean that everything leaks. */
    private static final int MOST_ROUTES = 100;

    private volatile Set<String> leaky = Set.of();

    /** Those of one connection; whoever asks holds that connection's lock. */
    final class OfOneConnection {
        private long recorded;
        private long recordedNanos;

        /**
         * Whether this checkout is to be recorded.
         *
         * @param checkout which of the connection's, from 1
         */
        boolean areWanted(String route, long checkout, long nowNanos) {
            boolean drawn = checkout % ONE_IN == 1 && (recorded == 0 || nowNanos - recordedNanos >= LEAST_PAUSE_NANOS);
            Set<String> routes = leaky;
            boolean wanted = drawn || (!routes.isEmpty() && routes.contains(route));
            if (wanted) {
                recorded++;
                recordedNanos = nowNanos;
            }
            return wanted;
        }
    }

    OfOneConnection ofOneConnection() {
        return new OfOneConnection();
    }

    synchronized void recordFromNowOn(String route) {
        if (leaky.size() < MOST_ROUTES && !leaky.contains(route)) {
            Set<String> more = new TreeSet<>(leaky);
            more.add(route);
            leaky = Set.copyOf(more);
        }
    }
}
