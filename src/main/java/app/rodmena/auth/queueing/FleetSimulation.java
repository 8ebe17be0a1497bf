package app.rodmena.auth.queueing;

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
     * @param mostOpen maximum of the open connections
     * @param mostActive maximum of the requests that the database served at once
     * @param answers response times, from arrival to response
     */
    public record Outcome(int open, int mostOpen, int mostActive, WaitDistribution answers) {}

    private record Request(int worker, double arrivedAt) {}

    private static final class Worker {
        private final Deque<Request> waiting = new ArrayDeque<>();
        private int open;
        private int busy;
    }

    private final FleetScenario scenario;
    private final Worker[] workers;
    private final SharedCores<Request> database;
    private final Deque<Request> inBouncer = new ArrayDeque<>();
    private final SplittableRandom choice = new SplittableRandom(SEED);
    private final DoubleSupplier gaps;
    private final DoubleSupplier demands;
    private final double[] answers;
    private int answered;
    private int open;
    private int mostOpen;
    private int mostActive;

    private FleetSimulation(FleetScenario scenario) {
        this.scenario = scenario;
        workers = new Worker[scenario.workers()];
        Arrays.setAll(workers, i -> new Worker());
        database = new SharedCores<>(scenario.cores());
        gaps = RandomDurations.exponential(1 / scenario.perSecond(), SEED + 1);
        demands = RandomDurations.exponential(scenario.meanSeconds(), SEED + 2);
        answers = new double[(int) (2 * scenario.perSecond() * (scenario.seconds() + WARM_UP_SECONDS)) + 100];
    }

    /** Runs the simulation; the same scenario always has the same result. */
    public static Outcome run(FleetScenario scenario) {
        return new FleetSimulation(scenario).play();
    }

    private Outcome play() {
        double end = WARM_UP_SECONDS + scenario.seconds();
        double stallsAt = WARM_UP_SECONDS + scenario.seconds() / 2;
        double recoversAt = stallsAt + scenario.stallSeconds();
        double nextArrival = gaps.getAsDouble();
        int openBefore = 0;
        for (double now = 0; now < end; ) {
            double next = Math.min(nextArrival, database.nextEnd());
            if (now < stallsAt && next >= stallsAt) {
                database.advance(stallsAt);
                database.stall(scenario.stallSeconds() > 0);
                now = stallsAt;
                openBefore = serverConnections(open);
            } else if (now < recoversAt && next >= recoversAt) {
                database.advance(recoversAt);
                database.stall(false);
                now = recoversAt;
            } else {
                now = next;
                database.advance(now);
                if (next == nextArrival) {
                    arrive(new Request(choice.nextInt(workers.length), now));
                    nextArrival = now + gaps.getAsDouble();
                } else {
                    leave(database.end(), now);
                }
            }
        }
        return new Outcome(
                openBefore,
                serverConnections(mostOpen),
                mostActive,
                WaitDistribution.of(Arrays.copyOf(answers, answered)));
    }

    /** Behind a pooler, the database sees the pooler's connections only. */
    private int serverConnections(int ofPools) {
        return scenario.bouncer().isPresent()
                ? Math.min(ofPools, scenario.bouncer().getAsInt())
                : ofPools;
    }

    private void arrive(Request request) {
        Worker worker = workers[request.worker];
        if (worker.busy == worker.open && worker.open < scenario.poolMaximum()) {
            worker.open++;
            open++;
            mostOpen = Math.max(mostOpen, open);
        }
        if (worker.busy < worker.open) {
            worker.busy++;
            ask(request);
        } else {
            worker.waiting.add(request);
        }
    }

    private void ask(Request request) {
        if (scenario.bouncer().isPresent()
                && database.active() >= scenario.bouncer().getAsInt()) {
            inBouncer.add(request);
        } else {
            database.add(request, demands.getAsDouble());
            mostActive = Math.max(mostActive, database.active());
        }
    }

    private void leave(Request request, double now) {
        if (request.arrivedAt > WARM_UP_SECONDS) {
            answers[answered++] = now - request.arrivedAt;
        }
        if (!inBouncer.isEmpty()) {
            database.add(inBouncer.remove(), demands.getAsDouble());
        }
        Worker worker = workers[request.worker];
        if (!worker.waiting.isEmpty()) {
            ask(worker.waiting.remove());
            return;
        }
        worker.busy--;
        if (worker.open > scenario.poolSize()) {
            worker.open--;
            open--;
        }
    }
}
