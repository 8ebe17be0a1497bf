package app.rodmena.auth.pool;

import static app.rodmena.auth.pool.TestPool.CALLER;
import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.events.CallContext;
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
    private final Semaphore go = new Semaphore(0);
    private final BatchQueue<Q, String> lane;

    HeldBatchQueue(TestPool test, int most) {
        this.test = test;
        lane = new BatchQueue<>(most, this::answer);
    }

    private List<BatchQueue.BatchResult<String>> answer(CallContext caller, Connection connection, List<Q> questions) {
        batches.add(questions);
        go.acquireUninterruptibly();
        if (questions.contains("poison")) {
            throw new IllegalStateException("poison");
        }
        return questions.stream()
                .map(question -> BatchQueue.BatchResult.of("answer " + question))
                .toList();
    }

    CompletableFuture<String> ask(Q question) {
        return ask(question, CALLER);
    }

    void submit(Q question) {
        submit(question, CALLER);
    }

    void submit(Q question, CallContext caller) {
        assertThat(ask(question, caller)).isNotCancelled();
    }

    CompletableFuture<String> ask(Q question, CallContext caller) {
        return test.pool.call(lane, caller, question).toCompletableFuture();
    }

    /** Waits for the next batch that runs; returns its inputs. */
    List<Q> nextBatch() throws InterruptedException {
        List<Q> batch = batches.poll(20, TimeUnit.SECONDS);
        assertThat(batch).as("a running batch").isNotNull();
        return batch;
    }

    void release() {
        go.release();
    }
}
