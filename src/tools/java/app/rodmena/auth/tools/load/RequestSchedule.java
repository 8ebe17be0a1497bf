package app.rodmena.auth.tools.load;

import java.time.Duration;

/**
 * The schedule of a load test.
 *
 * @param total the maximum number of requests
 * @param intervalNanos time between two due requests in nanoseconds; 0 for a closed loop, where the next request is due
 *     when a client is free
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

    /** The schedule before the load, whose requests are not counted. Those that are late at its end are not sent. */
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
