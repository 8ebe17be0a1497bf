package app.rodmena.auth.tools.model;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
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
    private final SharedCores<Request> database;
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
        database = new SharedCores<>(scenario.cores());
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
}
