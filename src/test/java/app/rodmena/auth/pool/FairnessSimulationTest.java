package app.rodmena.auth.pool;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.pool.event.CallContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * A discrete-event simulation of a quiet tenant beside one with 500 concurrent requests: ten permits, exponential use
 * with a mean of 10 ms, simulated time.
 */
class FairnessSimulationTest {
    private static final long SEED = 15;
    private static final int NOISY_CLIENTS = 500;
    private static final int QUIET_REQUESTS = 2_000;
    private static final double MEAN_USE_NANOS = Duration.ofMillis(10).toNanos();
    private static final long PAUSE_NANOS = Duration.ofMillis(5).toNanos();

    private record Tenant(String get) implements Supplier<String> {}

    @Test
    void aQuietTenantIsAnsweredAlmostAsFastBesideANoisyOne() {
        Duration alone = new Simulation(0, "noisy", "quiet").p99();
        Duration beside = new Simulation(NOISY_CLIENTS, "noisy", "quiet").p99();
        Duration inOrderOfArrival = new Simulation(NOISY_CLIENTS, "same", "same").p99();

        assertThat(beside).isLessThan(alone.multipliedBy(2));
        assertThat(inOrderOfArrival).isGreaterThan(alone.multipliedBy(10));
    }

    /** One run. */
    private static final class Simulation {
        private record Event(long atNanos, Runnable action) {}

        private final Random random = new Random(SEED);
        private final PriorityQueue<Event> events = new PriorityQueue<>(Comparator.comparingLong(Event::atNanos));
        private final List<Long> quietTimes = new ArrayList<>();
        private final AdmissionQueue queue;
        private long now;

        Simulation(int noisyClients, String noisyTenant, String quietTenant) {
            queue = new AdmissionQueue(PoolSettings.DEFAULT.withSize(10, 0), () -> now, (refused, reason) -> {
                throw new AssertionError(reason);
            });
            CallContext noisy = new CallContext("noisy", new Tenant(noisyTenant));
            CallContext quiet = new CallContext("quiet", new Tenant(quietTenant));
            for (int i = 0; i < noisyClients; i++) {
                request(noisy, () -> {});
            }
            quiet(quiet);
            while (quietTimes.size() < QUIET_REQUESTS) {
                Event next = events.remove();
                now = next.atNanos;
                next.action.run();
            }
        }

        private void quiet(CallContext caller) {
            long start = now;
            request(caller, () -> {
                quietTimes.add(now - start);
                events.add(new Event(now + PAUSE_NANOS, () -> quiet(caller)));
            });
        }

        private void request(CallContext caller, Runnable then) {
            queue.enter(new AcquireRequest(
                    queue.unbatched, caller, now, Duration.ofDays(1).toNanos(), new AcquireRequest.Outcome() {
                        @Override
                        public void admitted(Permit permit) {
                            permit.heldFrom(now, false);
                            long use = (long) (-Math.log(1 - random.nextDouble()) * MEAN_USE_NANOS);
                            events.add(new Event(now + use, () -> {
                                permit.release();
                                if (caller.route().equals("noisy")) {
                                    request(caller, then);
                                } else {
                                    then.run();
                                }
                            }));
                        }

                        @Override
                        public void refused(NoConnectionException reason) {
                            throw new AssertionError(reason);
                        }
                    }));
        }

        Duration p99() {
            return Duration.ofNanos(quietTimes.stream()
                    .sorted()
                    .skip(quietTimes.size() * 99L / 100)
                    .findFirst()
                    .orElseThrow());
        }
    }
}
