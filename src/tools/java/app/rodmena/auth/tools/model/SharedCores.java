package app.rodmena.auth.tools.model;

import java.util.PriorityQueue;

/**
 * A database's cores under processor sharing: each job runs at the speed of a core while there are enough cores, else
 * all jobs share them equally. A common virtual clock measures received service; it runs slower the more jobs there are
 * and stops while the database is stalled. A job ends when the clock reaches its demand. Not thread-safe.
 *
 * @param <T> the type of the jobs
 */
final class SharedCores<T> {
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

    SharedCores(int cores) {
        this.cores = cores;
    }

    int active() {
        return jobs.size();
    }

    void add(T request, double demandSeconds) {
        jobs.add(new Job<>(served + demandSeconds, request));
    }

    /** When the next job ends, if no job arrives and nothing stalls; infinite if never. */
    double nextEnd() {
        return jobs.isEmpty() || stalled
                ? Double.POSITIVE_INFINITY
                : now + (jobs.element().endsAtServed - served) / speed();
    }

    /** Advances the time, at most to the next end. */
    void advance(double to) {
        if (!stalled && !jobs.isEmpty()) {
            served += (to - now) * speed();
        }
        now = to;
    }

    /** Removes the job that ends at {@link #nextEnd}. */
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
