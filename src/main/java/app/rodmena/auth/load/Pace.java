package app.rodmena.auth.load;

/**
 * When requests are sent.
 *
 * @param total how many at most
 * @param intervalNanos between the instants at which two are due; 0 for a closed loop, where the next is due when a
 *     client is free
 * @param sendingNanos how long after the start the last may be sent
 */
record Pace(long total, double intervalNanos, long sendingNanos) {
    static Pace of(Plan plan) {
        double interval =
                plan.ratePerSecond().isPresent() ? 1e9 / plan.ratePerSecond().getAsInt() : 0;
        return new Pace(plan.requests(), interval, plan.sendingNanos());
    }

    /** As fast as they are answered, this many. */
    static Pace asFastAsAnswered(long total) {
        return new Pace(total, 0, Long.MAX_VALUE);
    }

    boolean isScheduled() {
        return intervalNanos > 0;
    }

    /** When this request is due, counted from the start; of a scheduled pace. */
    long dueNanos(long index) {
        return (long) (index * intervalNanos);
    }
}
