package app.rodmena.auth.pool;

import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;

/**
 * Decides which checkouts record their stack trace: one in 100, and every checkout of a route that was suspected of a
 * leak. Recording takes one to two microseconds, so sampled recordings of one connection are at least 10 ms apart.
 * Thread-safe.
 */
final class CheckoutStacks {
    private static final long MIN_INTERVAL_NANOS = Duration.ofMillis(10).toNanos();

    private static final int ONE_IN = 100;

    /** A larger number would mean that every route leaks. */
    private static final int MAX_ROUTES = 100;

    private volatile Set<String> suspectedRoutes = Set.of();

    /** The decisions for one connection; guarded by the lock of the connection. */
    final class Sampler {
        private long recorded;
        private long recordedNanos;

        /** Whether to record the stack trace of the checkout with this number on its connection, from 1. */
        boolean shouldRecord(String route, long checkout, long nowNanos) {
            boolean sampled =
                    checkout % ONE_IN == 1 && (recorded == 0 || nowNanos - recordedNanos >= MIN_INTERVAL_NANOS);
            Set<String> routes = suspectedRoutes;
            boolean shouldRecord = sampled || (!routes.isEmpty() && routes.contains(route));
            if (shouldRecord) {
                recorded++;
                recordedNanos = nowNanos;
            }
            return shouldRecord;
        }
    }

    Sampler newSampler() {
        return new Sampler();
    }

    synchronized void recordAlways(String route) {
        if (suspectedRoutes.size() < MAX_ROUTES && !suspectedRoutes.contains(route)) {
            Set<String> more = new TreeSet<>(suspectedRoutes);
            more.add(route);
            suspectedRoutes = Set.copyOf(more);
        }
    }
}
