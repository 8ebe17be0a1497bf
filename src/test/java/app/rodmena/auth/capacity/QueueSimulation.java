package app.rodmena.auth.capacity;

import app.rodmena.auth.tools.model.WaitDistribution;
import java.util.PriorityQueue;
import java.util.function.DoubleSupplier;

/**
 * A discrete-event simulation of a FIFO queue with equal servers, used to verify the formulas. The next arrival is
 * served by the server that is free first (J. Kiefer and J. Wolfowitz, On the Theory of Queues with Many Servers,
 * 1955).
 */
final class QueueSimulation {
    private QueueSimulation() {}

    /**
     * Runs the simulation.
     *
     * @param gaps interarrival times in seconds
     * @param services service times in seconds
     * @param warmUp the number of arrivals before those that are counted
     * @param counted the number of arrivals that are counted
     */
    static WaitDistribution run(int servers, DoubleSupplier gaps, DoubleSupplier services, int warmUp, int counted) {
        PriorityQueue<Double> freeAt = new PriorityQueue<>(servers);
        for (int i = 0; i < servers; i++) {
            freeAt.add(0.0);
        }
        double[] waits = new double[counted];
        double now = 0;
        for (int i = 0; i < warmUp + counted; i++) {
            now += gaps.getAsDouble();
            double start = Math.max(now, freeAt.remove());
            freeAt.add(start + services.getAsDouble());
            if (i >= warmUp) {
                waits[i - warmUp] = start - now;
            }
        }
        return WaitDistribution.of(waits);
    }
}
