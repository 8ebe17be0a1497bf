package app.rodmena.auth.tools.load;

/**
 * The schedule of a load test.
 *
 * @param total the maximum number of requests
 * @param intervalNanos time between two due requests in nanoseconds; 0 for a closed loop, where the next request is due
 *     when a client is free
 * @param sendingNanos time after the start until which requests are sent, in nanoseconds
 */
record RequestSchedule(long total, double intervalNanos, long sendingNanos) {
    static RequestSchedule of(LoadPlan plan) {
        double interval =
                plan.ratePerSecond().isPresent() ? 1e9 / plan.ratePerSecond().getAsInt() : 0;
        return new RequestSchedule(plan.requests(), interval, plan.sendingNanos());
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
