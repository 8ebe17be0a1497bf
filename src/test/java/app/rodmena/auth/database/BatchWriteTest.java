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
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;

class BatchWriteTest {
    private static final CallContext CALLER = CallContext.named("test");
    private static final int WRITES = 30;

    /** A write that takes a given time in PostgreSQL, and the sizes of its batches. */
    private static final class SleepingWrite implements BatchQuery<Integer, Integer> {
        private final List<Integer> batches = Collections.synchronizedList(new ArrayList<>());
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
            batches.add(inputs.size());
            sleep(handle, inputs.size());
            return inputs;
        }

        private void sleep(Handle handle, int writes) {
            handle.execute("select pg_sleep(?)", seconds * writes);
        }
    }

    @Test
    void probesWithTwoWritesAfterASlowBatch() {
        SleepingWrite sleeping = new SleepingWrite();
        try (DatabaseEngine engine = ReadyEngine.open(
                new DatabaseConfig(TestPostgres.freshDatabase(), PoolSettings.DEFAULT, "slow-writes"))) {
            BatchWrite<Integer, Integer> write = new BatchWrite<>(engine, sleeping, Duration.ofMillis(1));

            sleeping.seconds = 0.03;
            submitTogether(write);
            assertThat(sleeping.batches).anyMatch(size -> size > 2);

            sleeping.batches.clear();
            awaitBatch(write, sleeping);
            assertThat(sleeping.batches).allMatch(size -> size <= 2);

            sleeping.seconds = 0;
            sleeping.batches.clear();
            await().until(() -> {
                submitTogether(write);
                return sleeping.batches.stream().anyMatch(size -> size > 2);
            });
        }
    }

    /** Writes until a batch was run, because all run alone for a time after a slow one. */
    private static void awaitBatch(BatchWrite<Integer, Integer> write, SleepingWrite sleeping) {
        await().until(() -> {
            submitTogether(write);
            return !sleeping.batches.isEmpty();
        });
    }

    private static void submitTogether(BatchWrite<Integer, Integer> write) {
        List<CompletableFuture<Integer>> results = new ArrayList<>();
        for (int i = 0; i < WRITES; i++) {
            results.add(write.submit(CALLER, i).toCompletableFuture());
        }
        for (int i = 0; i < WRITES; i++) {
            assertThat(results.get(i).join()).isEqualTo(i);
        }
    }
}
