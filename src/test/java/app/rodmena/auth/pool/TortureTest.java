package app.rodmena.auth.pool;

import static app.rodmena.auth.pool.TestPool.CALLER;
import static app.rodmena.auth.pool.event.PoolEventKind.CHECKOUT;
import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.pool.event.RefusalReason;
import app.rodmena.auth.testing.TestPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Concurrent use with random faults: the numbers are always consistent, and no permit or connection leaks. */
class TortureTest {
    private static final int SAMPLES = 10_000;
    private static final Duration MIN_DURATION = Duration.ofSeconds(3);
    private static final int POOL_SIZE = 3;
    private static final int MAX_OVERFLOW = 3;

    @Test
    void theNumbersAlwaysHoldAndNothingLeaks() throws Exception {
        PoolSettings settings =
                PoolSettings.DEFAULT.withSize(POOL_SIZE, MAX_OVERFLOW).with(draft -> draft.maxWaiting = 30);
        try (TestPool test = TestPool.with(settings)) {
            AtomicBoolean done = new AtomicBoolean();
            Queue<SQLException> unexpected = new ConcurrentLinkedQueue<>();
            List<CompletableFuture<Void>> callers = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                Random random = new Random(i);
                callers.add(start(() -> {
                    while (!done.get()) {
                        try {
                            useRandomly(test, random);
                        } catch (SQLException e) {
                            if (!isExpected(e)) {
                                unexpected.add(e);
                            }
                        }
                    }
                }));
            }
            CompletableFuture<Void> faults = start(() -> breakThings(test, done));

            sampleAndCheck(test);
            done.set(true);
            faults.join();
            callers.forEach(CompletableFuture::join);

            assertThat(unexpected).isEmpty();
            assertThat(test.pool.snapshot().checkedOut()).isZero();
            assertThat(test.pool.snapshot().waiting()).isZero();
            assertThat(test.pool.context.acquiring.get()).isZero();
            assertThat(test.count(CHECKOUT)).isGreaterThan(1_000);
            EventOrder.assertPossible(test.events);
            // No permit was lost: all of them can be acquired.
            List<Lease> all = new ArrayList<>();
            for (int i = 0; i < settings.maximum(); i++) {
                all.add(test.checkout());
            }
            all.forEach(Lease::close);
        }
    }

    private static void sampleAndCheck(TestPool test) throws SQLException {
        long end = System.nanoTime() + MIN_DURATION.toNanos();
        int maximum = POOL_SIZE + MAX_OVERFLOW;
        for (int i = 0; i < SAMPLES || System.nanoTime() < end; i++) {
            PoolSnapshot now = test.pool.snapshot();
            assertThat(now.checkedOut()).as("%s", now).isBetween(0, now.totalConnections());
            assertThat(now.totalConnections()).as("%s", now).isBetween(0, maximum);
            assertThat(now.available()).isEqualTo(Math.max(0, POOL_SIZE - now.checkedOut()));
            assertThat(now.overflow()).isEqualTo(Math.max(0, now.totalConnections() - POOL_SIZE));
            assertThat(now.waiting()).isBetween(0, 30);
            if (i % 100 == 0) {
                assertThat(test.backends()).as("in pg_stat_activity").isLessThanOrEqualTo(maximum);
            }
        }
    }

    private static void useRandomly(TestPool test, Random random) throws SQLException {
        int way = random.nextInt(6);
        if (way > 3) {
            get(test.pool.call(CALLER, TortureTest::select));
            return;
        }
        try (Lease lease = test.checkout()) {
            switch (way) {
                case 0 -> select(lease.connection);
                case 1 -> {
                    lease.connection.setAutoCommit(false);
                    select(lease.connection);
                }
                case 2 -> lease.connection.close();
                default -> {
                    if (random.nextInt(20) == 0) {
                        lease.connection.abort(Runnable::run);
                    }
                }
            }
        }
    }

    /** Terminates backends and breaks connections. */
    private static boolean isExpected(SQLException e) {
        boolean refused = e instanceof NoConnectionException refusal && refusal.reason() == RefusalReason.REJECTED;
        String state = String.valueOf(e.getSQLState());
        return refused || (!(e instanceof NoConnectionException) && (state.startsWith("08") || state.equals("57P01")));
    }

    private static void breakThings(TestPool test, AtomicBoolean done) {
        Random random = new Random(42);
        try (Connection pause = TestPostgres.superuser()) {
            while (!done.get()) {
                breakSomething(test, random);
                pause.createStatement().execute("select pg_sleep(0.1)");
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        test.pool.resize(test.pool.settings().withSize(POOL_SIZE, MAX_OVERFLOW));
    }

    private static void breakSomething(TestPool test, Random random) throws SQLException {
        switch (random.nextInt(5)) {
            case 0 -> test.pool.softInvalidate();
            case 1 -> test.terminateOne();
            case 2 -> test.pool.hikari.softEvictConnections();
            case 3 -> {
                test.pool.suspend();
                test.pool.resume();
            }
            default -> test.pool.resize(test.pool.settings().withSize(POOL_SIZE, random.nextInt(MAX_OVERFLOW + 1)));
        }
    }

    private static boolean select(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            return statement.execute("select pg_sleep(0.002)");
        }
    }

    private static void get(CompletionStage<?> answer) throws SQLException {
        try {
            answer.toCompletableFuture().join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof SQLException failure) {
                throw failure;
            }
            throw e;
        }
    }

    private static CompletableFuture<Void> start(Runnable task) {
        return CompletableFuture.runAsync(task, thread -> new Thread(thread).start());
    }
}
