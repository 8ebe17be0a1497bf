package app.rodmena.auth.pool;

import app.rodmena.auth.pool.event.CallContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.Supplier;

/**
 * A discrete-event simulation of the {@link AdmissionQueue} in simulated time: a quiet tenant, which sends one request
 * at a time, beside a noisy one with many concurrent requests. Exponential use of connections.
 */
public final class TenantSimulation {
    public static final Duration MEAN_USE = Duration.ofMillis(10);

    private static final long SEED = 15;
    private static final int QUIET_REQUESTS = 2_000;
    private static final Duration PAUSE = Duration.ofMillis(5);

    private record Tenant(String get) implements Supplier<String> {}

    private record Event(long atNanos, Runnable action) {}

    /** The response times of the quiet tenant. */
    public record Outcome(Duration p50, Duration p99, Duration max) {
        private static Outcome of(List<Long> nanos) {
            long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
            return new Outcome(
                    Duration.ofNanos(sorted[sorted.length / 2]),
                    Duration.ofNanos(sorted[sorted.length * 99 / 100]),
                    Duration.ofNanos(sorted[sorted.length - 1]));
        }
    }

    private final Random random = new Random(SEED);
    private final PriorityQueue<Event> events = new PriorityQueue<>(Comparator.comparingLong(Event::atNanos));
    private final List<Long> quietNanos = new ArrayList<>();
    private final AdmissionQueue queue;
    private long now;

    private TenantSimulation(int connections, int noisyClients, boolean inTurns) {
        PoolSettings settings = PoolSettings.DEFAULT.withSize(connections, 0);
        if (noisyClients > settings.maxWaiting()) {
            throw new IllegalArgumentException(
                    "noisyClients: %s; must be at most %s".formatted(noisyClients, settings.maxWaiting()));
        }
        queue = new AdmissionQueue(settings, () -> now, (refused, reason) -> {
            throw new IllegalStateException(reason);
        });
        // The requests of one tenant are admitted in order of arrival.
        CallContext quiet = new CallContext("quiet", new Tenant("quiet"));
        CallContext noisy = new CallContext("noisy", new Tenant(inTurns ? "noisy" : "quiet"));
        for (int i = 0; i < noisyClients; i++) {
            repeat(noisy);
        }
        ask(quiet);
    }

    /**
     * Runs the simulation.
     *
     * @param noisyClients the concurrent requests of the noisy tenant
     * @param inTurns whether tenants take turns, as in the server; otherwise all requests are admitted in order of
     *     arrival
     */
    public static Outcome run(int connections, int noisyClients, boolean inTurns) {
        TenantSimulation simulation = new TenantSimulation(connections, noisyClients, inTurns);
        while (simulation.quietNanos.size() < QUIET_REQUESTS) {
            Event next = simulation.events.remove();
            simulation.now = next.atNanos;
            next.action.run();
        }
        return Outcome.of(simulation.quietNanos);
    }

    private void repeat(CallContext caller) {
        enter(caller, () -> repeat(caller));
    }

    private void ask(CallContext caller) {
        long start = now;
        enter(caller, () -> {
            quietNanos.add(now - start);
            events.add(new Event(now + PAUSE.toNanos(), () -> ask(caller)));
        });
    }

    private void enter(CallContext caller, Runnable then) {
        queue.enter(new AcquireRequest(
                queue.unbatched, caller, now, Duration.ofDays(1).toNanos(), new AcquireRequest.Outcome() {
                    @Override
                    public void admitted(Permit permit) {
                        permit.heldFrom(now, false);
                        long use = (long) (-Math.log(1 - random.nextDouble()) * MEAN_USE.toNanos());
                        events.add(new Event(now + use, () -> {
                            permit.release();
                            then.run();
                        }));
                    }

                    @Override
                    public void refused(NoConnectionException reason) {
                        throw new IllegalStateException(reason);
                    }
                }));
    }
}
