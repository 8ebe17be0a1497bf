package app.rodmena.auth.database;

import app.rodmena.auth.common.SqlState;
import app.rodmena.auth.pool.event.CallContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.statement.SqlStatements;

/**
 * Runs the writes of one kind, and commits those that wait together in one transaction, so that PostgreSQL flushes its
 * WAL once for all of them. The first few concurrent writes run alone, each in one round trip.
 *
 * <p>A batch must not make the writes of all tenants wait for a lock that only one of them needs. It therefore waits
 * only 100 ms for each lock. Then it is rolled back, and its writes run one by one on the same connection, each in a
 * transaction that waits 10 ms for a lock. Those that still conflict, and all writes of the next second, run alone.
 *
 * <p>A batch saves commits, but uses one connection. Writes that take long without the commit, for example because of a
 * trigger, are done earlier on several connections, so they run alone. Later a small batch shows whether they still
 * take long. Thread-safe.
 */
final class BatchWrite<Q, A> {
    /** Writes that run alone at the same time before others form batches. */
    private static final int MAX_ALONE = 2;

    private static final String LOCK_TIMEOUT = "/* batch.lock_timeout */ set local lock_timeout = '100ms'";
    private static final String LOCK_TIMEOUT_OF_ONE = "/* batch.lock_timeout */ set local lock_timeout = '10ms'";

    /**
     * The maximum time of the statement of a batch, then its writes run alone. The driver cancels it: with
     * statement_timeout, PostgreSQL could end the commit's wait for a synchronous standby, and report success.
     */
    private static final int MAX_SECONDS = 2;

    /** After this time, the remaining writes of a batch with a conflict run alone. */
    private static final long ONE_BY_ONE_NANOS = Duration.ofMillis(500).toNanos();

    private static final Duration ALONE_AFTER_CONFLICT = Duration.ofSeconds(1);

    /** If the writes of a batch take longer on average before the commit, the next ones run alone. */
    private static final long SLOW_WRITE_NANOS = Duration.ofMillis(20).toNanos();

    /** A quicker batch is not slow: one round trip, or one wait for a lock, may take most of its time. */
    private static final long MIN_SLOW_BATCH_NANOS = Duration.ofMillis(200).toNanos();

    /** After a slow batch; doubled, up to the maximum, as long as the next batch is slow too. */
    private static final Duration ALONE_AFTER_SLOW_BATCH = Duration.ofSeconds(10);

    private static final Duration MAX_ALONE_AFTER_SLOW_BATCH = Duration.ofMinutes(1);

    /** Maximum writes of the first batch after a slow one; the others run alone once more. */
    private static final int MAX_PROBE = 4;

    /** A quicker probe is not slow: its wait for one lock may take most of its time. */
    private static final long MIN_SLOW_PROBE_NANOS = Duration.ofMillis(100).toNanos();

    /** With serialization_failure. */
    private static final Set<String> CONFLICTS =
            Set.of(SqlState.LOCK_NOT_AVAILABLE, "40001", SqlState.DEADLOCK_DETECTED, SqlState.QUERY_CANCELED);

    private final DatabaseEngine database;
    private final BatchQuery<Q, A> statements;
    private final AtomicInteger alone = new AtomicInteger();
    private volatile long aloneUntilNanos = System.nanoTime();

    /** How long writes run alone if the next batch is slow; longer than the minimum if the last one was. */
    private volatile Duration aloneIfSlow;

    private final Duration aloneAfterSlowBatch;

    /** A batch in a transaction; the results of writes that conflict with another transaction are empty. */
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
            int together = inputs.size();
            if (runsAlone()) {
                together = 0; // They were waiting when the batch before them was slow or had a conflict.
            } else if (isProbeNext()) {
                together = Math.min(together, MAX_PROBE);
            }
            List<Optional<A>> results = new ArrayList<>(Collections.nCopies(inputs.size(), Optional.empty()));
            if (together > 0) {
                Collections.copy(results, executeTogether(handle, inputs.subList(0, together)));
            }
            return results;
        }

        private List<Optional<A>> executeTogether(Handle handle, List<Q> inputs) {
            handle.getConfig(SqlStatements.class).setQueryTimeout(MAX_SECONDS);
            boolean cancelled;
            try {
                return commit(handle, LOCK_TIMEOUT, transaction -> executeTimed(transaction, inputs)).stream()
                        .map(Optional::of)
                        .toList();
            } catch (RuntimeException e) {
                if (!isConflict(e)) {
                    throw e;
                }
                cancelled = SqlState.of(e).equals(SqlState.QUERY_CANCELED);
            }
            if (cancelled) {
                runAloneAfterSlowBatch();
            } else {
                runAloneFor(ALONE_AFTER_CONFLICT);
            }
            long end = System.nanoTime() + ONE_BY_ONE_NANOS;
            return inputs.stream()
                    .map(input ->
                            cancelled || System.nanoTime() - end > 0 ? Optional.<A>empty() : executeOne(handle, input))
                    .toList();
        }

        private List<A> executeTimed(Handle handle, List<Q> inputs) {
            long start = System.nanoTime();
            List<A> results = statements.executeBatch(handle, inputs);
            long took = System.nanoTime() - start;
            if (took <= SLOW_WRITE_NANOS * inputs.size()) {
                aloneIfSlow = aloneAfterSlowBatch;
            } else if (took > (isProbeNext() ? MIN_SLOW_PROBE_NANOS : MIN_SLOW_BATCH_NANOS)) {
                runAloneAfterSlowBatch();
            }
            return results;
        }

        private Optional<A> executeOne(Handle handle, Q input) {
            try {
                return Optional.of(
                        commit(handle, LOCK_TIMEOUT_OF_ONE, transaction -> statements.execute(transaction, input)));
            } catch (RuntimeException e) {
                if (DatabaseFailure.translate(e) instanceof DatabaseFailure && !isConflict(e)) {
                    throw e;
                }
                return Optional.empty(); // Another exception would repeat the writes that are committed.
            }
        }
    };

    BatchWrite(DatabaseEngine database, BatchQuery<Q, A> statements) {
        this(database, statements, ALONE_AFTER_SLOW_BATCH);
    }

    BatchWrite(DatabaseEngine database, BatchQuery<Q, A> statements, Duration aloneAfterSlowBatch) {
        this.database = database;
        this.statements = statements;
        this.aloneAfterSlowBatch = aloneAfterSlowBatch;
        this.aloneIfSlow = aloneAfterSlowBatch;
    }

    CompletionStage<A> submit(CallContext caller, Q input) {
        // A tenant with waiting writes leaves the connections to others.
        boolean isFree = alone.get() < MAX_ALONE && !database.pool().isWaiting(caller.tenant());
        if (isFree || database.pool().settings().batchSlots() == 0 || runsAlone()) {
            return runAlone(caller, input);
        }
        return database.submit(caller, batch, input)
                .thenCompose(result -> result.<CompletionStage<A>>map(CompletableFuture::completedStage)
                        .orElseGet(() -> runAlone(caller, input)));
    }

    private boolean runsAlone() {
        return aloneUntilNanos - System.nanoTime() > 0;
    }

    /** Whether the next batch is a probe, because the last one was slow. */
    private boolean isProbeNext() {
        return aloneIfSlow.compareTo(aloneAfterSlowBatch) > 0;
    }

    private void runAloneAfterSlowBatch() {
        Duration time = aloneIfSlow;
        runAloneFor(time);
        aloneIfSlow = Collections.min(List.of(time.multipliedBy(2), MAX_ALONE_AFTER_SLOW_BATCH));
    }

    private void runAloneFor(Duration time) {
        long until = System.nanoTime() + time.toNanos();
        if (until - aloneUntilNanos > 0) {
            aloneUntilNanos = until;
        }
    }

    private static <T> T commit(Handle handle, String lockTimeout, HandleCallback<T, RuntimeException> work) {
        return handle.inTransaction(transaction -> {
            transaction.execute(lockTimeout);
            return work.withHandle(transaction);
        });
    }

    private static boolean isConflict(RuntimeException e) {
        return CONFLICTS.contains(SqlState.of(e));
    }

    private CompletionStage<A> runAlone(CallContext caller, Q input) {
        alone.incrementAndGet();
        return database.call(caller, handle -> statements.execute(handle, input))
                .whenComplete((result, failure) -> alone.decrementAndGet());
    }
}
