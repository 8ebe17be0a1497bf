package app.rodmena.auth.diagnosis;

import app.rodmena.auth.activity.ActivityQuery;
import app.rodmena.auth.activity.PostgresSnapshot;
import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.database.FailureKind;
import app.rodmena.auth.database.SharedResource;
import app.rodmena.auth.database.SharedResource.Share;
import app.rodmena.auth.diagnosis.HolderAnalyzer.Judged;
import app.rodmena.auth.diagnosis.HolderAnalyzer.Suspect;
import app.rodmena.auth.metrics.Metrics;
import app.rodmena.auth.pool.QueueSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
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
public final class Diagnostics {
    private static final Logger LOG = LoggerFactory.getLogger("auth.diagnosis");
    private static final SharedResource<Diagnostics> ONE = new SharedResource<>("diagnosis", Diagnostics::end);

    /** The pause before the second observation that confirms a lost connection. */
    private static final long CONFIRM_MILLIS = 250;

    /** After a slow query, the pause is this multiple of the query's duration, which limits the load on PostgreSQL. */
    private static final int MOST_SHARE = 20;

    /** The limit of that pause, as a multiple of the interval. */
    private static final int MOST_INTERVALS = 5;

    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final Observer observer;
    private final DiagnosisConfig config;
    private final Supplier<Commands> commands;
    private final Reconciler reconciler;
    private final List<DiagnosisListener> listeners = new CopyOnWriteArrayList<>();
    private final ScheduledThreadPoolExecutor thread;
    private final Object lock = new Object();

    /** The pending diagnosis on demand, shared by all requests until it begins; guarded by the lock. */
    private CompletableFuture<Diagnosis> next;

    /** Finds the incident that explains failures of a kind. */
    private volatile Function<FailureKind, Optional<String>> incidents = kind -> Optional.empty();

    /** The input of the last diagnosis. */
    private record Conclusion(
            Observation observed, Set<Suspect> suspectedBefore, List<Holder> holders, Reconciliation reconciliation) {}

    private volatile Conclusion conclusion;
    private volatile Diagnosis last;
    private Set<Suspect> suspects = Set.of();

    private Diagnostics(
            DatabaseEngine engine,
            Metrics metrics,
            String instance,
            DiagnosisConfig config,
            Supplier<Commands> commands) {
        this.config = config;
        this.commands = commands;
        this.observer = new Observer(engine, metrics, new ActivityQuery(instance), kind -> incidents.apply(kind));
        this.reconciler = new Reconciler(instance);
        conclusion = conclude(observer.withoutPostgres(), Reconciliation.NONE);
        last = diagnosisOf(conclusion);
        thread = new ScheduledThreadPoolExecutor(1, task -> {
            Thread worker = new Thread(task, "diagnosis");
            worker.setDaemon(true);
            return worker;
        });
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        schedule(Duration.ZERO);
    }

    /**
     * Starts the diagnosis, or shares the running one.
     *
     * @param engine the engine of this process; it and {@code metrics} must stay open until the share is closed
     * @param instance the instance name of this process in PostgreSQL
     * @param commands supplies the shell commands at each diagnosis; ignored if the diagnosis already runs
     * @throws IllegalStateException if the diagnosis already runs with other settings
     */
    public static Share<Diagnostics> open(
            DatabaseEngine engine,
            Metrics metrics,
            String instance,
            DiagnosisConfig config,
            Supplier<Commands> commands) {
        return ONE.open(engine, config, () -> new Diagnostics(engine, metrics, instance, config, commands));
    }

    /** Sets the function that finds the incident that explains failures of a kind, for all later diagnoses. */
    public void explainFailures(Function<FailureKind, Optional<String>> incidents) {
        this.incidents = incidents;
    }

    /** The last diagnosis, computed again with the queue at the time of a refusal. Never blocks. */
    public Diagnosis last(QueueSnapshot queue) {
        Conclusion known = conclusion;
        Observation then = known.observed.with(queue);
        List<Holder> holders =
                HolderAnalyzer.judge(then, config, known.suspectedBefore).holders();
        return DiagnosisBuilder.diagnose(then, holders, known.reconciliation, commands.get());
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
    public CompletionStage<Diagnosis> look() {
        synchronized (lock) {
            if (next == null) {
                try {
                    thread.execute(this::lookNow);
                } catch (RejectedExecutionException e) {
                    return CompletableFuture.completedFuture(last);
                }
                next = new CompletableFuture<>();
            }
            return next.copy();
        }
    }

    /**
     * The last diagnosis if it is at most {@code maxAge} old, else a new one. Blocks for up to 3 s, and returns the
     * last diagnosis if the new one takes longer.
     */
    public Diagnosis current(Duration maxAge) {
        Diagnosis known = last;
        if (Duration.between(known.time(), Instant.now()).compareTo(maxAge) <= 0) {
            return known;
        }
        try {
            return look().toCompletableFuture().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            return last;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return last;
        }
    }

    /** Adds a listener, which receives every later diagnosis. */
    public void add(DiagnosisListener listener) {
        listeners.add(listener);
    }

    public void remove(DiagnosisListener listener) {
        listeners.remove(listener);
    }

    private void end() {
        thread.shutdownNow();
        CompletableFuture<Diagnosis> asked;
        synchronized (lock) {
            asked = next;
        }
        if (asked != null) {
            asked.complete(last);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // lookNow catches every exception.
    private void schedule(Duration pause) {
        thread.schedule(
                () -> {
                    Duration rest = lookNow().multipliedBy(MOST_SHARE);
                    Duration most = config.interval().multipliedBy(MOST_INTERVALS);
                    Duration longer = rest.compareTo(most) < 0 ? rest : most;
                    schedule(longer.compareTo(config.interval()) > 0 ? longer : config.interval());
                },
                pause.toNanos(),
                TimeUnit.NANOSECONDS);
    }

    /** @return the duration of the query to PostgreSQL */
    private Duration lookNow() {
        CompletableFuture<Diagnosis> asked;
        synchronized (lock) {
            asked = next;
            next = null;
        }
        Duration took = Duration.ZERO;
        try {
            took = lookUntilCertain();
            listeners.forEach(this::tell);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // end() was called.
        } catch (Throwable e) { // An uncaught exception would end the periodic diagnosis.
            LOG.error("A diagnosis failed; the next may not", e);
        } finally {
            if (asked != null) {
                asked.complete(last);
            }
        }
        return took;
    }

    /** Publishes a diagnosis; suspected lost connections are confirmed by a second observation first. */
    private Duration lookUntilCertain() throws InterruptedException {
        Conclusion seen = lookOnce();
        if (!suspects.isEmpty()) {
            TimeUnit.MILLISECONDS.sleep(CONFIRM_MILLIS);
            seen = lookOnce();
        }
        conclusion = seen;
        last = diagnosisOf(seen);
        return seen.observed.postgres().map(PostgresSnapshot::took).orElse(Duration.ZERO);
    }

    private Conclusion lookOnce() throws InterruptedException {
        Observation observed = observer.observe();
        return conclude(observed, reconciler.compare(observed));
    }

    private Conclusion conclude(Observation observed, Reconciliation reconciliation) {
        Set<Suspect> before = suspects;
        Judged judged = HolderAnalyzer.judge(observed, config, before);
        suspects = judged.suspects();
        return new Conclusion(observed, before, judged.holders(), reconciliation);
    }

    private Diagnosis diagnosisOf(Conclusion known) {
        return DiagnosisBuilder.diagnose(known.observed, known.holders, known.reconciliation, commands.get());
    }

    private void tell(DiagnosisListener listener) {
        try {
            listener.onDiagnosis(last);
        } catch (Throwable e) {
            LOG.warn("A listener to diagnoses failed", e);
        }
    }
}
