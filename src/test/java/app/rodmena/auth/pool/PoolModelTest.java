package app.rodmena.auth.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.pool.QueuePoolModel.ModelConnection;
import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.pool.event.Cancellation;
import app.rodmena.auth.pool.event.PoolEvent;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;

/**
 * Thousands of random operations and faults; after each the pool, its events and PostgreSQL must agree with
 * {@link QueuePoolModel}. A failure contains its seed; {@code -Dpool.model.seed=…} replays it, and
 * {@code -Dpool.model.seconds=…} sets the duration.
 */
class PoolModelTest {
    private static final String SEED = "pool.model.seed";
    private static final Duration SEARCH = Duration.ofSeconds(Integer.getInteger("pool.model.seconds", 10));
    private static final int STEPS = 300;
    private static final int BATCH_QUEUES = 2;
    private static final int MAX_BATCH = 2;
    private static final List<Duration> PAUSES = List.of(
            Duration.ofMillis(100),
            Duration.ofMillis(501),
            Duration.ofSeconds(1),
            Duration.ofSeconds(12),
            Duration.ofSeconds(50));

    /** Not shorter: what a caller has left also limits its pre-ping, which PostgreSQL answers in real time. */
    private static final List<Duration> PATIENCE =
            List.of(Duration.ofSeconds(3), Duration.ofSeconds(12), Duration.ofSeconds(50));

    /** The number of the pauses that are shorter than pool_timeout, after which callers still wait. */
    private static final int SHORT_PAUSES = 3;

    @Test
    void thePoolMatchesTheModel() throws Exception {
        Long replayed = Long.getLong(SEED);
        if (replayed != null) {
            new Run(replayed).go();
            return;
        }
        long end = System.nanoTime() + SEARCH.toNanos();
        Random seeds = new Random();
        while (System.nanoTime() < end) {
            new Run(seeds.nextInt(1_000_000)).go();
        }
    }

    /** One sequence of operations on one pool. */
    private static final class Run {
        private final long seed;
        private final Random random;
        private final List<String> history = new ArrayList<>();
        private final Map<Integer, Holder> callers = new HashMap<>();
        private final Queue<PoolEvent> events = new ConcurrentLinkedQueue<>();
        private final TestPool test;
        private final QueuePoolModel model;
        private final List<BatchQueue<Holder, Void>> batchQueues = new ArrayList<>();
        private final List<Duration> pauses;
        private int lastCaller;

        Run(long seed) {
            this.seed = seed;
            random = new Random(seed);
            boolean sheds = random.nextBoolean();
            pauses = sheds ? PAUSES.subList(0, SHORT_PAUSES) : PAUSES;
            PoolSettings settings = randomSize(PoolSettings.DEFAULT)
                    .with(draft -> draft.poolRecycle = Duration.ofSeconds(400))
                    .with(draft -> draft.maxWaiting = 8)
                    .with(draft -> draft.shedTarget = sheds ? Optional.of(Duration.ofMillis(300)) : Optional.empty());
            test = TestPool.timed(settings);
            test.sink.add(events::add);
            model = new QueuePoolModel(settings, MAX_BATCH, test.clock.getAsLong());
            for (int i = 0; i < BATCH_QUEUES; i++) {
                batchQueues.add(new BatchQueue<>(MAX_BATCH, Holder::runBatch));
            }
        }

        void go() throws Exception {
            try (test) {
                for (int i = 0; i < STEPS; i++) {
                    step();
                    settle();
                }
                callers.values().forEach(Holder::leave);
            } catch (AssertionError | ConditionTimeoutException e) {
                String last = String.join("\n  ", history.subList(Math.max(0, history.size() - 25), history.size()));
                throw new AssertionError(
                        "replay with -D%s=%d; model: %s; pool: %s; it came to this:%n  %s"
                                .formatted(SEED, seed, model, test.pool.snapshot(), last),
                        e);
            }
        }

        private void step() throws Exception {
            model.nextStep();
            int choice = random.nextInt(100);
            if (choice < 34 || (model.isOverloaded() && random.nextBoolean())) {
                checkOut();
            } else if (choice < 62) {
                anyOf(model.holders().keySet()).ifPresent(this::checkIn);
            } else if (choice < 72) {
                anyOf(model.wantedHolders()).ifPresent(this::use);
            } else if (choice < 78) {
                anyOf(model.living()).ifPresent(this::kill);
            } else if (choice < 80) {
                record("soft-invalidate");
                model.softInvalidate();
                test.pool.softInvalidate();
            } else if (choice < 84) {
                PoolSettings size = randomSize(test.pool.settings());
                record("resize to " + size.poolSize() + "+" + size.maxOverflow());
                model.resize(size);
                test.pool.resize(size);
            } else if (choice < 86) {
                suspendOrResume();
            } else if (choice < 88) {
                changeBatchSlots();
            } else if (choice < 90) {
                cancel();
            } else {
                letTimePass();
            }
        }

        private void checkOut() {
            int caller = ++lastCaller;
            int number = random.nextInt(2 * BATCH_QUEUES);
            Optional<Integer> batchQueue = number < BATCH_QUEUES ? Optional.of(number) : Optional.empty();
            int tenant = random.nextInt(3) * random.nextInt(3); // One has more callers than the others.
            Optional<Duration> patience = random.nextInt(4) == 0
                    ? Optional.of(PATIENCE.get(random.nextInt(PATIENCE.size())))
                    : Optional.empty();
            record("caller " + caller + " of tenant " + tenant + " arrives"
                    + batchQueue.map(of -> " to queue " + of).orElse("")
                    + patience.map(time -> " for " + time).orElse(""));
            model.arrive(caller, tenant, batchQueue, patience);
            Cancellation cancellation = patience.map(time -> new Cancellation(test.clock.getAsLong() + time.toNanos()))
                    .orElse(Cancellation.NONE);
            CallContext context = new CallContext(Integer.toString(caller), new Tenant(tenant)).until(cancellation);
            callers.put(caller, new Holder(test.pool, batchQueue.map(batchQueues::get), context));
        }

        private void cancel() {
            anyOf(model.patient()).ifPresent(caller -> {
                record("caller " + caller + " cancels");
                model.cancel(caller);
                assertThat(callers.get(caller).end.cancel(false)).isTrue();
            });
        }

        private void changeBatchSlots() {
            PoolSettings settings = test.pool.settings().with(draft -> draft.batchSlots = random.nextInt(3));
            record("batch slots " + settings.batchSlots());
            model.resize(settings);
            test.pool.resize(settings);
        }

        private void checkIn(int caller) {
            record("caller " + caller + " gives back");
            model.checkIn(caller);
            callers.remove(caller).checkIn();
        }

        private void use(int caller) {
            record("caller " + caller + " works");
            boolean breaks = model.use(caller);
            assertThat(callers.get(caller).worksWell()).isEqualTo(!breaks);
        }

        private void kill(ModelConnection link) {
            record("the backend of connection " + link.id + " dies");
            model.kill(link);
            try {
                test.terminate(link.backendPid);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        /** Lets five ticks without demand pass, after which overflow is closed; random operations rarely do. */
        private void letTimePass() throws SQLException {
            for (int ticks = 1 + random.nextInt(7); ticks > 0; ticks--) {
                Duration passed = pauses.get(random.nextInt(pauses.size()));
                record("tick after " + passed);
                model.tick(passed);
                test.clock.advance(passed);
                test.pool.tick();
                settle();
                model.nextStep();
            }
        }

        private void suspendOrResume() {
            if (model.isSuspended()) {
                record("resume");
                model.resume();
                test.pool.resume();
            } else {
                record("suspend");
                model.suspend();
                test.pool.suspend();
            }
        }

        /** Waits until exactly the expected events have happened and all numbers match the model. */
        private void settle() throws SQLException {
            await().atMost(Duration.ofSeconds(30))
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> {
                        deliverEvents();
                        return model.isSettled()
                                && test.pool.snapshot().equals(model.snapshot())
                                && test.pool.hikari.getTotalConnections()
                                        == model.snapshot().totalConnections();
                    });
            QueueOutcomes outcomes = test.pool.outcomes();
            assertThat(outcomes.arrivals() - outcomes.served() - outcomes.cancelled() - outcomes.refused())
                    .as("undecided")
                    .isEqualTo(model.undecided());
            assertThat(test.pool.admissionQueue.tenants())
                    .as("tenants with state")
                    .isEqualTo(model.tenants());
            assertThat(test.backends()).as("in pg_stat_activity").isEqualTo(model.backends());
        }

        private void deliverEvents() {
            for (PoolEvent event = events.poll(); event != null; event = events.poll()) {
                history.add("  " + event.kind().wireName() + " " + event.connectionId() + " " + event.cause());
                model.onEvent(event);
            }
        }

        private void record(String what) {
            history.add(what);
        }

        private PoolSettings randomSize(PoolSettings settings) {
            return settings.withSize(1 + random.nextInt(4), random.nextInt(4));
        }

        private <T> Optional<T> anyOf(Collection<T> things) {
            return things.isEmpty()
                    ? Optional.empty()
                    : things.stream().skip(random.nextInt(things.size())).findFirst();
        }
    }

    private record Tenant(int number) implements Supplier<String> {
        @Override
        public String get() {
            return Integer.toString(number);
        }
    }

    /** A caller that holds its connection and executes orders. */
    private static final class Holder {
        /** Uses the connection and completes {@code answered}; without {@code answered}, checks it in. */
        private record Order(CompletableFuture<Boolean> answered) {}

        private final BlockingQueue<Order> orders = new LinkedBlockingQueue<>();
        private final String name;
        private final CompletableFuture<Void> end;

        Holder(Pool pool, Optional<BatchQueue<Holder, Void>> batchQueue, CallContext caller) {
            name = caller.route();
            end = batchQueue
                    .map(of -> pool.call(of, caller, this))
                    .orElseGet(() -> pool.call(caller, this::execute))
                    .toCompletableFuture();
        }

        /** The first caller of a batch executes the orders; the others share its connection. */
        static List<BatchQueue.BatchResult<Void>> runBatch(
                CallContext caller, Connection connection, List<Holder> together) throws SQLException {
            String first = caller.route();
            Holder holder = together.stream()
                    .filter(one -> one.name.equals(first))
                    .findFirst()
                    .orElseThrow();
            holder.execute(connection);
            return together.stream()
                    .map(one -> BatchQueue.BatchResult.<Void>of(null))
                    .toList();
        }

        /** Uses the connection. @return whether PostgreSQL answered; otherwise the caller has returned it */
        boolean worksWell() {
            Order order = new Order(new CompletableFuture<>());
            orders.add(order);
            return order.answered.join();
        }

        void leave() {
            orders.add(new Order(null));
        }

        void checkIn() {
            leave();
            if (!end.isCompletedExceptionally()) {
                end.join();
            }
        }

        private Void execute(Connection connection) throws SQLException {
            try {
                for (Order order = orders.take(); order.answered != null; order = orders.take()) {
                    work(connection, order.answered);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return null;
        }

        private static void work(Connection connection, CompletableFuture<Boolean> answered) throws SQLException {
            try (var statement = connection.createStatement()) {
                answered.complete(statement.execute("select 1"));
            } catch (SQLException e) {
                answered.complete(false);
                throw e;
            }
        }
    }
}
