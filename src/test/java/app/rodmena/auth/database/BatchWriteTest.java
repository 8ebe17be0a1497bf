package app.rodmena.auth.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.testing.ReadyEngine;
import app.rodmena.auth.testing.TestPostgres;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;

class BatchWriteTest {
    private static final CallContext CALLER = CallContext.named("test");
    private static final int WRITES = 30;
    private static final Duration PAUSE = Duration.ofMillis(300);

    private record Batch(int size, long startNanos, long endNanos) {}

    /** A write that takes a given time in PostgreSQL, and its batches. */
    private static final class SleepingWrite implements BatchQuery<Integer, Integer> {
        private final List<Batch> batches = Collections.synchronizedList(new ArrayList<>());
        private volatile double seconds;

        @Override
        public int maxBatchSize() {
            return 100;
        }

        @Override
        public Integer execute(Handle handle, Integer input) {
            sleep(handle, 1);
            return input;
        }

        @Override
        public List<Integer> executeBatch(Handle handle, List<Integer> inputs) {
            long start = System.nanoTime();
            sleep(handle, inputs.size());
            batches.add(new Batch(inputs.size(), start, System.nanoTime()));
            return inputs;
        }

        private void sleep(Handle handle, int writes) {
            handle.execute("select pg_sleep(?)", seconds * writes);
        }
    }

    @Test
    void runsWritesAloneAfterASlowBatchAndThenProbesWithAFew() {
        SleepingWrite sleeping = new SleepingWrite();
        try (DatabaseEngine engine = ReadyEngine.open(
                new DatabaseConfig(TestPostgres.freshDatabase(), PoolSettings.DEFAULT, "slow-writes"))) {
            BatchWrite<Integer, Integer> write = new BatchWrite<>(engine, sleeping, PAUSE);

            sleeping.seconds = 0.03;
            submitUntil(
                    write,
                    () -> sleeping.batches.stream()
                                    .filter(batch -> batch.size > 1)
                                    .count()
                            == 3);
            List<Batch> slow =
                    sleeping.batches.stream().filter(batch -> batch.size > 1).toList();
            assertThat(slow.get(0).size).isGreaterThan(4);
            assertThat(slow.subList(1, 3)).extracting(Batch::size).allMatch(size -> size <= 4);
            assertThat(pauseBefore(slow, 1)).isGreaterThanOrEqualTo(PAUSE);
            assertThat(pauseBefore(slow, 2)).isGreaterThanOrEqualTo(PAUSE.multipliedBy(2));

            sleeping.seconds = 0;
            sleeping.batches.clear();
            submitUntil(write, () -> sleeping.batches.stream().anyMatch(batch -> batch.size > 4));
        }
    }

    private static Duration pauseBefore(List<Batch> batches, int index) {
        return Duration.ofNanos(batches.get(index).startNanos - batches.get(index - 1).endNanos);
    }

    /** Submits writes together, repeatedly, because they all run alone for a time after a slow batch. */
    private static void submitUntil(BatchWrite<Integer, Integer> write, BooleanSupplier condition) {
        await().until(() -> {
            List<CompletableFuture<Integer>> results = new ArrayList<>();
            for (int i = 0; i < WRITES; i++) {
                results.add(write.submit(CALLER, i).toCompletableFuture());
            }
            for (int i = 0; i < WRITES; i++) {
                assertThat(results.get(i).join()).isEqualTo(i);
            }
            return condition.getAsBoolean();
        });
    }
}
