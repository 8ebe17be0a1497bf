package app.rodmena.auth.diagnosis;

import app.rodmena.auth.common.DaemonThreads;
import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.database.activity.ActivityQuery;
import app.rodmena.auth.database.activity.PostgresSnapshot;
import app.rodmena.auth.diagnosis.Diagnosis.Reconciliation;
import app.rodmena.auth.diagnosis.StatementWaits.Statement;
import app.rodmena.auth.metrics.Metrics;
import app.rodmena.auth.pool.RefusalListener.QueueSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Diagnoses the pool periodically and on demand. There is one instance per process, as there is one engine; all users
 * share it. Thread-safe.
 *
 * <p>Uses no connection of the pool: it queries PostgreSQL on the monitoring connection. Diagnoses run on a separate
 * thread.
 */
public final class Diagnostics implements AutoCloseable {
    /** Receives every diagnosis in order, on the diagnosis thread. Implementations must not block. */
    @FunctionalInterface
    public interface DiagnosisListener {
        void onDiagnosis(Diagnosis diagnosis);
    }

    private static final Logger LOG = LoggerFactory.getLogger("auth.diagnosis");

    /** The pause before the second observation that confirms a lost connection. */
    private static final long CONFIRM_MILLIS = 250;

    /** After a slow query, the pause is this multiple of the query's duration, which limits the load on PostgreSQL. */
    private static final int PAUSE_FACTOR = 20;

    /** The limit of that pause, as a multiple of the interval. */
    private static final int MAX_INTERVALS = 5;

    private static final Duration TIMEOUT = Duration.ofSeconds(3);

    private final DatabaseEngine engine;
    private final Observer observer;
    private final DiagnosisConfig config;
    private final Supplier<Commands> commands;
    private final Reconciler reconciler;
    private final List<DiagnosisListener> listeners = new CopyOnWriteArrayList<>();
    private final ScheduledThreadPoolExecutor thread;
    private final Object lock = new Object();

    /** The pending diagnosis on demand, shared by all requests until it begins; guarded by the lock. */
    private CompletableFuture<Diagnosis> pending;

    /** The analysis from which the last diagnosis was built. */
    private volatile Analysis analysis;

    private volatile Diagnosis last;

    /**
     * Starts the diagnosis.
     *
     * @param engine the engine of this process; it and {@code metrics} must stay open until the diagnosis is closed
     * @param instance the instance name of this process in PostgreSQL
     * @param commands supplies the shell commands at each diagnosis
     */
    public Diagnostics(
            DatabaseEngine engine,
            Metrics metrics,
            String instance,
            DiagnosisConfig config,
            Supplier<Commands> commands) {
        this.engine = engine;
        this.config = config;
        this.commands = commands;
        this.observer = new Observer(engine, metrics, new ActivityQuery(instance));
        this.reconciler = new Reconciler(instance);
        analysis = Analysis.of(observer.withoutPostgres(), config, Set.of(), Reconciliation.NONE);
        last = analysis.diagnosis(commands.get());
        thread = new ScheduledThreadPoolExecutor(1, DaemonThreads.named("diagnosis"));
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        schedule(0);
    }

    /** The last diagnosis, computed again with the queue at the time of a refusal. Never blocks. */
    public Diagnosis last(QueueSnapshot queue) {
        Analysis latest = analysis;
        return Analysis.of(latest.observed().with(queue), config, latest.suspectedBefore(), latest.reconciliation())
                .diagnosis(commands.get());
    }

    /** The last diagnosis, periodic or on demand. Never blocks. */
    public Diagnosis last() {
        return last;
    }

    /**
     * Requests a diagnosis that begins after this call; concurrent requests share one. Never blocks.
     *
     * @return a stage that completes within about two seconds, whatever the state of the database, and with the last
     *     diagnosis after the end. It completes on the diagnosis thread, which dependent stages must not block
     */
    public CompletionStage<Diagnosis> diagnose() {
        synchronized (lock) {
            if (pending == null) {
                try {
                    thread.execute(this::diagnoseNow);
                } catch (RejectedExecutionException e) {
                    return CompletableFuture.completedFuture(last);
                }
                pending = new CompletableFuture<>();
            }
            return pending.copy();
        }
    }

    /**
     * The last diagnosis if it is at most {@code maxAge} old, else a new one. Blocks for up to 3 s, and returns the
     * last diagnosis if the new one takes longer.
     */
    public Diagnosis current(Duration maxAge) {
        Diagnosis latest = last;
        if (Duration.between(latest.time(), Instant.now()).compareTo(maxAge) <= 0) {
            return latest;
        }
        try {
            return diagnose().toCompletableFuture().get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("There is no new diagnosis", e);
        }
        return last;
    }

    /** Adds a listener, which receives every later diagnosis. */
    public void add(DiagnosisListener listener) {
        listeners.add(listener);
    }

    public void remove(DiagnosisListener listener) {
        listeners.remove(listener);
    }

    @Override
    public void close() {
        thread.shutdownNow();
        takePending().complete(last);
    }

    /** The pending diagnosis on demand, which is then no longer pending; without one, a new future. */
    private CompletableFuture<Diagnosis> takePending() {
        synchronized (lock) {
            CompletableFuture<Diagnosis> taken = pending == null ? new CompletableFuture<>() : pending;
            pending = null;
            return taken;
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // diagnoseNow catches every exception.
    private void schedule(long pauseNanos) {
        thread.schedule(
                () -> {
                    long interval = config.interval().toNanos();
                    long rest = Math.min(PAUSE_FACTOR * diagnoseNow().toNanos(), MAX_INTERVALS * interval);
                    schedule(Math.max(interval, rest));
                },
                pauseNanos,
                TimeUnit.NANOSECONDS);
    }

    /** @return the duration of the query to PostgreSQL */
    private Duration diagnoseNow() {
        CompletableFuture<Diagnosis> request = takePending();
        Duration took = Duration.ZERO;
        try {
            took = diagnoseAndConfirm();
            engine.events().notifyListeners(listeners, "a diagnosis", listener -> listener.onDiagnosis(last));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // close() was called.
        } catch (Throwable e) { // An uncaught exception would end the periodic diagnosis.
            LOG.error("A diagnosis failed; the periodic diagnosis continues", e);
        } finally {
            request.complete(last);
        }
        return took;
    }

    /** Publishes a diagnosis; suspected lost connections are confirmed by a second observation first. */
    private Duration diagnoseAndConfirm() throws InterruptedException {
        Analysis result = analyze(analysis.suspects());
        if (!result.suspects().isEmpty()) {
            TimeUnit.MILLISECONDS.sleep(CONFIRM_MILLIS);
            result = analyze(result.suspects());
        }
        analysis = result;
        last = result.diagnosis(commands.get());
        return result.observed().postgres().map(PostgresSnapshot::took).orElse(Duration.ZERO);
    }

    private Analysis analyze(Set<Statement> suspectedBefore) throws InterruptedException {
        Observation observed = observer.observe();
        return Analysis.of(observed, config, suspectedBefore, reconciler.compare(observed));
    }
}
