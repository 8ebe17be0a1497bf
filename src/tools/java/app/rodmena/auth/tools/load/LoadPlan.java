package app.rodmena.auth.tools.load;

import app.rodmena.auth.common.WireNamed;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The load of a load test, and the server to test.
 *
 * @param requests the number of requests, successful or not; unused with a duration
 * @param duration the duration of the load, after which requests in flight are awaited
 * @param clients the number of connections, each with one request at a time
 * @param ratePerSecond requests per second, independent of the responses (open loop); empty if a client sends its next
 *     request when it receives a response (closed loop)
 * @param warmUp how long the same requests are sent before the load, without being counted
 * @param timeout the maximum time for a response
 * @param key the client key whose namespace is used; empty for a new one
 */
public record LoadPlan(
        LoadTarget target,
        int requests,
        Optional<Duration> duration,
        int clients,
        OptionalInt ratePerSecond,
        RequestMix mix,
        Duration warmUp,
        Duration timeout,
        Optional<String> key) {
    public static final int MAX_REQUESTS = 100_000_000;
    public static final int MAX_CLIENTS = 10_000;
    public static final int MAX_RATE = 1_000_000;

    public LoadPlan withClients(int newClients) {
        return new LoadPlan(target, requests, duration, newClients, ratePerSecond, mix, warmUp, timeout, key);
    }

    /** The requests that a load test sends. */
    public enum RequestMix implements WireNamed {
        /** Lists roles: one statement, some rows. */
        ROLES,
        /** Checks whether a user has a permission; half of the results are true. */
        CHECKS,
        /**
         * A role's lifecycle: create, grant a permission, add a member, remove both, delete. Each connection uses its
         * own roles.
         */
        WRITES,
        /** Of ten requests, eight checks, one list of roles and one write. */
        ALL
    }

    /**
     * The schedule of a load test.
     *
     * @param total the maximum number of requests
     * @param intervalNanos time between two due requests in nanoseconds; 0 for a closed loop, where the next request is
     *     due when a client is free
     * @param sendingNanos time after the start until which requests are sent, in nanoseconds
     */
    record RequestSchedule(long total, double intervalNanos, long sendingNanos) {
        /** The time after the last due time during which delayed requests are still sent. */
        private static final Duration LATENESS = Duration.ofSeconds(5);

        static RequestSchedule of(LoadPlan plan) {
            if (plan.ratePerSecond().isEmpty()) {
                return plan.duration()
                        .map(time -> new RequestSchedule(Long.MAX_VALUE, 0, time.toNanos()))
                        .orElseGet(() -> closedLoop(plan.requests()));
            }
            double interval = 1e9 / plan.ratePerSecond().getAsInt();
            long total = plan.duration()
                    .map(time -> Math.max(1, Math.round(time.toNanos() / interval)))
                    .orElse((long) plan.requests());
            return new RequestSchedule(total, interval, Math.round(total * interval) + LATENESS.toNanos());
        }

        /**
         * The schedule before the load, whose requests are not counted. Those that are late at its end are not sent.
         */
        static RequestSchedule warmUp(LoadPlan plan) {
            return new RequestSchedule(
                    Long.MAX_VALUE, of(plan).intervalNanos, plan.warmUp().toNanos());
        }

        /** A closed loop with this many requests. */
        static RequestSchedule closedLoop(long total) {
            return new RequestSchedule(total, 0, Long.MAX_VALUE);
        }

        boolean isScheduled() {
            return intervalNanos > 0;
        }

        /** When this request is due, in nanoseconds from the start; for an open loop. */
        long dueNanos(long index) {
            return (long) (index * intervalNanos);
        }
    }
}
