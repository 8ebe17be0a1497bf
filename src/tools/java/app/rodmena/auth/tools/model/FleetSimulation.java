package app.rodmena.auth.tools.model;

import static app.rodmena.auth.common.InvalidSettingException.require;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.OptionalInt;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;

/**
 * A discrete-event simulation of a fleet with one database: response times, and the connections that are open for them.
 * It ignores what connections cost the database beyond its cores, and the time to open one; both would make fleets with
 * many connections look worse. Not thread-safe.
 */
public final class FleetSimulation {
    private static final double WARM_UP_SECONDS = 1;
    private static final long SEED = 20_260_704;

    /**
     * The result.
     *
     * @param open connections to the database, all pools together, before the stall
     * @param maxOpen maximum of the open connections
     * @param maxActive maximum of the requests that the database served at once
     * @param responseTimes response times, from arrival to response
     */
    public record Outcome(int open, int maxOpen, int maxActive, WaitDistribution responseTimes) {}

    private record Request(int worker, double arrivedAt) {}

    private static final class Worker {
        private final Deque<Request> waiting = new ArrayDeque<>();
        private int open;
        private int busy;
    }

    private final FleetScenario scenario;
    private final Worker[] workers;
    private final SharedCores database;
    private final Deque<Request> bouncerQueue = new ArrayDeque<>();
    private final SplittableRandom workerChoice = new SplittableRandom(SEED);
    private final DoubleSupplier gaps;
    private final DoubleSupplier demands;
    private final double[] responseTimes;
    private int responses;
    private int open;
    private int maxOpen;
    private int maxActive;

    private FleetSimulation(FleetScenario scenario) {
        this.scenario = scenario;
        workers = new Worker[scenario.workers()];
        Arrays.setAll(workers, i -> new Worker());
        database = new SharedCores(scenario.cores());
        gaps = RandomDurations.exponential(1 / scenario.perSecond(), SEED + 1);
        demands = RandomDurations.exponential(scenario.meanSeconds(), SEED + 2);
        responseTimes = new double[(int) (2 * scenario.perSecond() * (scenario.seconds() + WARM_UP_SECONDS)) + 100];
    }

    /** Runs the simulation; the same scenario always has the same result. */
    public static Outcome run(FleetScenario scenario) {
        return new FleetSimulation(scenario).simulate();
    }

    private Outcome simulate() {
        double end = WARM_UP_SECONDS + scenario.seconds();
        double stallsAt = WARM_UP_SECONDS + scenario.seconds() / 2;
        double recoversAt = stallsAt + scenario.stallSeconds();
        double nextArrival = gaps.getAsDouble();
        int openBeforeStall = 0;
        for (double now = 0; now < end; ) {
            double next = Math.min(nextArrival, database.nextEnd());
            if (now < stallsAt && next >= stallsAt) {
                database.advance(stallsAt);
                database.stall(scenario.stallSeconds() > 0);
                now = stallsAt;
                openBeforeStall = serverConnections(open);
            } else if (now < recoversAt && next >= recoversAt) {
                database.advance(recoversAt);
                database.stall(false);
                now = recoversAt;
            } else {
                now = next;
                database.advance(now);
                if (next == nextArrival) {
                    arrive(new Request(workerChoice.nextInt(workers.length), now));
                    nextArrival = now + gaps.getAsDouble();
                } else {
                    depart(database.end(), now);
                }
            }
        }
        return new Outcome(
                openBeforeStall,
                serverConnections(maxOpen),
                maxActive,
                WaitDistribution.of(Arrays.copyOf(responseTimes, responses)));
    }

    /** Behind a pooler, the database sees the pooler's connections only. */
    private int serverConnections(int poolConnections) {
        return scenario.bouncer().isPresent()
                ? Math.min(poolConnections, scenario.bouncer().getAsInt())
                : poolConnections;
    }

    private void arrive(Request request) {
        Worker worker = workers[request.worker];
        if (worker.busy == worker.open && worker.open < scenario.poolMaximum()) {
            worker.open++;
            open++;
            maxOpen = Math.max(maxOpen, open);
        }
        if (worker.busy < worker.open) {
            worker.busy++;
            serve(request);
        } else {
            worker.waiting.add(request);
        }
    }

    private void serve(Request request) {
        if (scenario.bouncer().isPresent()
                && database.active() >= scenario.bouncer().getAsInt()) {
            bouncerQueue.add(request);
        } else {
            database.add(request, demands.getAsDouble());
            maxActive = Math.max(maxActive, database.active());
        }
    }

    private void depart(Request request, double now) {
        if (request.arrivedAt > WARM_UP_SECONDS) {
            responseTimes[responses++] = now - request.arrivedAt;
        }
        if (!bouncerQueue.isEmpty()) {
            database.add(bouncerQueue.remove(), demands.getAsDouble());
        }
        Worker worker = workers[request.worker];
        if (!worker.waiting.isEmpty()) {
            serve(worker.waiting.remove());
            return;
        }
        worker.busy--;
        if (worker.open > scenario.poolSize()) {
            worker.open--;
            open--;
        }
    }

    /**
     * A fleet with one database, to be simulated.
     *
     * @param workers the number of processes, each with a pool
     * @param poolSize pool_size of each pool
     * @param maxOverflow max_overflow of each pool
     * @param perSecond requests per second to all workers together; independent arrivals
     * @param meanSeconds mean service time of a request on one core of the database, in seconds; exponential
     * @param cores the database's cores, shared by the requests in service
     * @param bouncer server connections of a pooler between fleet and database; empty without a pooler
     * @param seconds simulated seconds, after one second of warm-up
     * @param stallSeconds how long the database stalls in the middle of the simulation, as for a lock or a checkpoint
     */
    public record FleetScenario(
            int workers,
            int poolSize,
            int maxOverflow,
            double perSecond,
            double meanSeconds,
            int cores,
            OptionalInt bouncer,
            double seconds,
            double stallSeconds) {
        public FleetScenario {
            require(workers >= 1, "workers", workers, "must be 1 or more");
            require(poolSize >= 1, "poolSize", poolSize, "must be 1 or more");
            require(maxOverflow >= 0, "maxOverflow", maxOverflow, "must not be negative");
            requirePositive("perSecond", perSecond);
            requirePositive("meanSeconds", meanSeconds);
            require(cores >= 1, "cores", cores, "must be 1 or more");
            require(bouncer.isEmpty() || bouncer.getAsInt() >= 1, "bouncer", bouncer, "must be 1 or more, or none");
            requirePositive("seconds", seconds);
            require(
                    stallSeconds >= 0 && Double.isFinite(stallSeconds),
                    "stallSeconds",
                    stallSeconds,
                    "must be finite and not negative");
        }

        public int poolMaximum() {
            return poolSize + maxOverflow;
        }

        public FleetScenario withBouncer(int connections) {
            return new FleetScenario(
                    workers,
                    poolSize,
                    maxOverflow,
                    perSecond,
                    meanSeconds,
                    cores,
                    OptionalInt.of(connections),
                    seconds,
                    stallSeconds);
        }

        private static void requirePositive(String name, double value) {
            require(value > 0 && Double.isFinite(value), name, value, "must be finite and above 0");
        }
    }

    /**
     * A database's cores under processor sharing: each job runs at the speed of a core while there are enough cores,
     * else all jobs share them equally. A common virtual clock measures received service; it runs slower the more jobs
     * there are and stops while the database is stalled. A job ends when the clock reaches its demand. Not thread-safe.
     */
    static final class SharedCores {
        private record Job(double endsAtServed, Request request) implements Comparable<Job> {
            @Override
            public int compareTo(Job other) {
                return Double.compare(endsAtServed, other.endsAtServed);
            }
        }

        private final int cores;
        private final PriorityQueue<Job> jobs = new PriorityQueue<>();
        private double now;
        private double served;
        private boolean stalled;

        SharedCores(int cores) {
            this.cores = cores;
        }

        int active() {
            return jobs.size();
        }

        void add(Request request, double demandSeconds) {
            jobs.add(new Job(served + demandSeconds, request));
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
        Request end() {
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
}
