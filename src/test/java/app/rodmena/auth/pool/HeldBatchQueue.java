package app.rodmena.auth.pool;

import static app.rodmena.auth.pool.TestPool.CALLER;
import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.pool.event.CallContext;
import java.sql.Connection;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A batch queue whose work waits until the test releases it. */
final class HeldBatchQueue<Q> {
    private final TestPool test;
    private final BlockingQueue<List<Q>> batches = new LinkedBlockingQueue<>();
    private final Semaphore permits = new Semaphore(0);
    private final BatchQueue<Q, String> queue;

    HeldBatchQueue(TestPool test, int most) {
        this.test = test;
        queue = new BatchQueue<>(most, this::answer);
    }

    private List<BatchQueue.BatchResult<String>> answer(CallContext caller, Connection connection, List<Q> inputs) {
        batches.add(inputs);
        permits.acquireUninterruptibly();
        if (inputs.contains("poison")) {
            throw new IllegalStateException("poison");
        }
        return inputs.stream()
                .map(input -> BatchQueue.BatchResult.of("answer " + input))
                .toList();
    }

    CompletableFuture<String> call(Q input) {
        return call(input, CALLER);
    }

    void submit(Q input) {
        submit(input, CALLER);
    }

    void submit(Q input, CallContext caller) {
        assertThat(call(input, caller)).isNotCancelled();
    }

    CompletableFuture<String> call(Q input, CallContext caller) {
        return test.pool.call(queue, caller, input).toCompletableFuture();
    }

    /** Waits for the next batch that runs; returns its inputs. */
    List<Q> nextBatch() throws InterruptedException {
        List<Q> batch = batches.poll(20, TimeUnit.SECONDS);
        assertThat(batch).as("a running batch").isNotNull();
        return batch;
    }

    void release() {
        permits.release();
    }
}
