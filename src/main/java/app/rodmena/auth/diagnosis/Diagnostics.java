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
 * Knows at any time why the pool is as it is: looks every few seconds, and when asked. As there is one engine per
 * process, there is one of these, which all share. Thread-safe.
 *
 * <p>It takes nothing from the pool: PostgreSQL is asked on the connection that watches it, on a thread of its own.
 */
public final class Diagnostics {
    private static final Logger LOG = LoggerFactory.getLogger("auth.diagnosis");
    private static final SharedResource<Diagnostics> ONE = new SharedResource<>("diagnosis", Diagnostics::end);

    /** Until what looks like a lost connection is looked at again, before it is called one. */
    private static final long CONFIRM_MILLIS = 250;

    /** Where asking PostgreSQL takes long, it is asked less often: for one part in so many of the time at most … */
    private static final int MOST_SHARE = 20;

    /** … but not this many times less often than it should be. */
    private static final int MOST_INTERVALS = 5;

    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final Observer observer;
    private final DiagnosisConfig config;
    private final Supplier<Commands> commands;
    private final Reconciler reconciler;
    private final List<DiagnosisListener> listeners = new CopyOnWriteArrayList<>();
    private final ScheduledThreadPoolExecutor thread;
    private final Object lock = new Object();

    /** Guarded by the lock: for whoever asks before the next look begins. */
    private CompletableFuture<Diagnosis> next;

    /** Finds the incident that explains failures of a kind. */
    private volatile Function<FailureKind, Optional<String>> incidents = kind -> Optional.empty();

    /** What the last diagnosis was concluded from. */
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
     * Begins to look, or joins those who do.
     *
     * @param engine the one engine of this process, open for as long as this is, as is {@code metrics}
     * @param instance this process's name in PostgreSQL
     * @param commands what an operator of this server types; asked at each diagnosis, if this is the first to open it
     * @throws IllegalStateException if others in this process diagnose with other settings
     */
    public static Share<Diagnostics> open(
            DatabaseEngine engine,
            Metrics metrics,
            String instance,
            DiagnosisConfig config,
            Supplier<Commands> commands) {
        return ONE.open(engine, config, () -> new Diagnostics(engine, metrics, instance, config, commands));
    }

    /** From now on failures refer to the incidents that {@code incidents} finds for their kind. */
    public void explainFailures(Function<FailureKind, Optional<String>> incidents) {
        this.incidents = incidents;
    }

    /** The last diagnosis, as it would be with the queue that it was when callers were refused. Never waits. */
    public Diagnosis last(QueueSnapshot queue) {
        Conclusion known = conclusion;
        Observation then = known.observed.with(queue);
        List<Holder> holders =
                HolderAnalyzer.judge(then, config, known.suspectedBefore).holders();
        return DiagnosisBuilder.diagnose(then, holders, known.reconciliation, commands.get());
    }

    /** The last diagnosis, made by itself or because somebody asked. Never waits. */
    public Diagnosis last() {
        return last;
    }

    /**
     * A diagnosis that is begun after this call; whoever asks at the same time gets the same. Never blocks.
     *
     * @return completed within a second or two, whatever state the database is in, on a thread that what depends on it
     *     must not block; with the last one if this is closed
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
     * The last diagnosis if it is that young, else a new one; waits for it, for three seconds at most, and then gives
     * the last after all.
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

    /** Tells {@code listener} of every diagnosis from now on. */
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

    @SuppressWarnings("FutureReturnValueIgnored") // A look never fails.
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

    /** @return how long PostgreSQL took */
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
            Thread.currentThread().interrupt(); // It is being closed.
        } catch (Throwable e) { // Whatever is thrown here would end the looking for good.
            LOG.error("A diagnosis failed; the next may not", e);
        } finally {
            if (asked != null) {
                asked.complete(last);
            }
        }
        return took;
    }

    /** Nothing is published before a second look has confirmed what it must. */
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
