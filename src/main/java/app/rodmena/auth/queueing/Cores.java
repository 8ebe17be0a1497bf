package app.rodmena.auth.queueing;

import java.util.PriorityQueue;

/**
 * A database's cores, shared equally by whoever is served at once: each as fast as a core while there are enough. The
 * time that one is served is a clock common to all, which runs slower the more there are, and stands still when the
 * database does; everybody leaves when it has reached what they need. For one thread.
 *
 * @param <T> what is served
 */
final class Cores<T> {
    private record Job<T>(double endsAtServed, T request) implements Comparable<Job<T>> {
        @Override
        public int compareTo(Job<T> other) {
            return Double.compare(endsAtServed, other.endsAtServed);
        }
    }

    private final int cores;
    private final PriorityQueue<Job<T>> jobs = new PriorityQueue<>();
    private double now;
    private double served;
    private boolean stalled;

    Cores(int cores) {
        this.cores = cores;
    }

    int active() {
        return jobs.size();
    }

    void add(T request, double demandSeconds) {
        jobs.add(new Job<>(served + demandSeconds, request));
    }

    /** When the next will be done, if nobody comes and nothing stalls; infinite if never. */
    double nextEnd() {
        return jobs.isEmpty() || stalled
                ? Double.POSITIVE_INFINITY
                : now + (jobs.element().endsAtServed - served) / speed();
    }

    /** Lets time pass, not beyond the next end. */
    void advance(double to) {
        if (!stalled && !jobs.isEmpty()) {
            served += (to - now) * speed();
        }
        now = to;
    }

    /** Takes out who is done, at {@link #nextEnd}. */
    T end() {
        served = jobs.element().endsAtServed;
        return jobs.remove().request;
    }

    void stall(boolean stalled) {
        this.stalled = stalled;
    }

    private double speed() {
        return Math.min(1, (double) cores / jobs.size());
    }
}
