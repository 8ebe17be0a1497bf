package app.rodmena.auth.database;

import app.rodmena.auth.common.SqlState;
import app.rodmena.auth.pool.event.CallContext;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.Handle;

/**
 * Runs the writes of one kind, and commits those that wait together in one transaction, so that PostgreSQL flushes its
 * WAL once for all of them. The first few concurrent writes run alone, each in one round trip.
 *
 * <p>A batch must not make the writes of all tenants wait for a lock that only one of them needs. It therefore waits
 * only 100 ms for each lock. Then it is rolled back, and its writes and all writes of the next second run alone.
 * Thread-safe.
 */
final class BatchWrite<Q, A> {
    /** Writes that run alone at the same time before others form batches. */
    private static final int MAX_ALONE = 2;

    private static final String LOCK_TIMEOUT = "/* batch.lock_timeout */ set local lock_timeout = '100ms'";
    private static final long ALONE_AFTER_CONFLICT_NANOS = Duration.ofSeconds(1).toNanos();

    /** lock_not_available, serialization_failure, deadlock_detected. */
    private static final Set<String> CONFLICTS = Set.of(SqlState.LOCK_NOT_AVAILABLE, "40001", "40P01");

    private final DatabaseEngine database;
    private final BatchQuery<Q, A> statements;
    private final AtomicInteger alone = new AtomicInteger();
    private volatile long conflictNanos = System.nanoTime() - ALONE_AFTER_CONFLICT_NANOS;

    /** A batch in a transaction; its results are empty after a conflict with another transaction. */
    private final BatchQuery<Q, Optional<A>> batch = new BatchQuery<>() {
        @Override
        public int maxBatchSize() {
            return statements.maxBatchSize();
        }

        @Override
        public Optional<A> execute(Handle handle, Q input) {
            return executeBatch(handle, List.of(input)).get(0);
        }

        @Override
        public List<Optional<A>> executeBatch(Handle handle, List<Q> inputs) {
            try {
                return handle.inTransaction(transaction -> {
                    transaction.execute(LOCK_TIMEOUT);
                    return statements.executeBatch(transaction, inputs).stream()
                            .map(Optional::of)
                            .toList();
                });
            } catch (RuntimeException e) {
                if (!CONFLICTS.contains(SqlState.of(e))) {
                    throw e;
                }
                conflictNanos = System.nanoTime();
                return inputs.stream().map(input -> Optional.<A>empty()).toList();
            }
        }
    };

    BatchWrite(DatabaseEngine database, BatchQuery<Q, A> statements) {
        this.database = database;
        this.statements = statements;
    }

    CompletionStage<A> submit(CallContext caller, Q input) {
        if (alone.get() < MAX_ALONE
                || database.pool().settings().batchSlots() == 0
                || System.nanoTime() - conflictNanos < ALONE_AFTER_CONFLICT_NANOS) {
            return runAlone(caller, input);
        }
        return database.submit(caller, batch, input)
                .thenCompose(result -> result.<CompletionStage<A>>map(CompletableFuture::completedStage)
                        .orElseGet(() -> runAlone(caller, input)));
    }

    private CompletionStage<A> runAlone(CallContext caller, Q input) {
        alone.incrementAndGet();
        return database.call(caller, handle -> statements.execute(handle, input))
                .whenComplete((result, failure) -> alone.decrementAndGet());
    }
}
