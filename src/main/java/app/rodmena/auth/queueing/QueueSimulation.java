package app.rodmena.auth.queueing;

import java.util.PriorityQueue;
import java.util.function.DoubleSupplier;

/**
 * A queue in order of arrival before equal servers, played through event by event: what formulas are held against.
 * Whoever is next is served by the server that is free first (J. Kiefer and J. Wolfowitz, On the Theory of Queues with
 * Many Servers, 1955).
 */
public final class QueueSimulation {
    private QueueSimulation() {}

    /**
     * Plays it through.
     *
     * @param gaps seconds between arrivals
     * @param services seconds of service
     * @param warmUp how many arrivals go before those that count
     * @param counted how many count
     */
    public static Waits run(int servers, DoubleSupplier gaps, DoubleSupplier services, int warmUp, int counted) {
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
        return Waits.of(waits);
    }
}
