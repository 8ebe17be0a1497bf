package app.rodmena.auth.diagnosis.incident;

import app.rodmena.auth.common.DaemonThreads;
import app.rodmena.auth.common.InvalidParameterException;
import app.rodmena.auth.common.SqlState;
import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.database.DatabaseFailure;
import app.rodmena.auth.database.DatabaseFailure.FailureListener;
import app.rodmena.auth.diagnosis.Deadlock;
import app.rodmena.auth.diagnosis.Diagnosis;
import app.rodmena.auth.diagnosis.Diagnostics;
import app.rodmena.auth.diagnosis.Diagnostics.DiagnosisListener;
import app.rodmena.auth.diagnosis.Holder;
import app.rodmena.auth.diagnosis.Situation;
import app.rodmena.auth.diagnosis.Verdict;
import app.rodmena.auth.diagnosis.history.ActivityHistory;
import app.rodmena.auth.diagnosis.history.HistoryPeriod;
import app.rodmena.auth.diagnosis.history.PastDiagnosis;
import app.rodmena.auth.diagnosis.incident.Incident.IncidentListener;
import app.rodmena.auth.metrics.Metrics;
import app.rodmena.auth.metrics.PoolHistory;
import app.rodmena.auth.metrics.PoolHistory.PoolSecond;
import app.rodmena.auth.pool.ConnectionView;
import app.rodmena.auth.pool.NoConnectionException;
import app.rodmena.auth.pool.RefusalListener;
import app.rodmena.auth.pool.RefusalListener.QueueSnapshot;
import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.pool.event.PoolEvent;
import app.rodmena.auth.pool.event.PoolListener;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records the state at the start of an incident, the minute before and the activity until its end: the diagnosis, the
 * last events, and the history of 15 minutes. There is one instance per process, as there is one engine; all users
 * share it. Thread-safe.
 *
 * <p>A caller with a failed request only looks up the incident's id; incidents are recorded and stored on separate
 * threads.
 */
public final class Incidents implements AutoCloseable {
    /** The maximum number of incidents kept, in memory and as files. */
    public static final int MAX_INCIDENTS = 20;

    private static final Logger LOG = LoggerFactory.getLogger("auth.incidents");

    /** The maximum number of recordings of the Flight Recorder kept as files. */
    private static final int MAX_RECORDINGS = 5;

    private static final int MAX_EVENTS = 200;
    private static final long TICK_MILLIS = 500;

    /** The maximum wait for a new diagnosis before the incident is recorded with the last one. */
    private static final Duration DIAGNOSIS_TIMEOUT = Duration.ofMillis(750);

    private static final Duration LATE_DIAGNOSIS_TIMEOUT = Duration.ofSeconds(3);
    private static final Duration UPDATE_INTERVAL = Duration.ofMinutes(1);
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final DatabaseEngine engine;
    private final Metrics metrics;
    private final Diagnostics diagnostics;
    private final ActivityHistory activity;
    private final String instance;
    private final IncidentsConfig config;
    private final OpenIncidents open = new OpenIncidents(System::nanoTime);
    private final Map<IncidentCause, LongAdder> counts = new EnumMap<>(IncidentCause.class);
    private final Optional<IncidentFiles> files;
    private final Optional<IncidentDirectory> recordings;
    private final List<IncidentListener> listeners = new CopyOnWriteArrayList<>();

    /** By id, and therefore by time; guarded by itself. */
    private final NavigableMap<String, Incident> incidents = new TreeMap<>();

    private final PoolListener onEvent = this::onEvent;
    private final RefusalListener onRefusal = this::onRefusal;
    private final FailureListener onFailure = this::onFailure;
    private final DiagnosisListener onDiagnosis = this::onDiagnosis;
    private final ScheduledThreadPoolExecutor thread =
            new ScheduledThreadPoolExecutor(1, DaemonThreads.named("incidents"));
    private volatile boolean isDown;

    /** The root cause of the waits of callers, by the last diagnosis. */
    private volatile String root = OpenIncidents.UNKNOWN;

    private long updatedNanos = System.nanoTime();

    /**
     * Starts the recording of incidents.
     *
     * @param engine the engine of this process; it, {@code metrics} and {@code diagnostics} must stay open until this
     *     is closed
     * @param activity the history of {@code diagnostics}, which must receive each diagnosis before this
     * @param instance the instance name of this process in PostgreSQL
     */
    @SuppressWarnings("FutureReturnValueIgnored") // tick catches every exception and ends with the executor.
    public Incidents(
            DatabaseEngine engine,
            Metrics metrics,
            Diagnostics diagnostics,
            ActivityHistory activity,
            String instance,
            IncidentsConfig config) {
        this.engine = engine;
        this.metrics = metrics;
        this.diagnostics = diagnostics;
        this.activity = activity;
        this.instance = instance;
        this.config = config;
        for (IncidentCause cause : IncidentCause.values()) {
            counts.put(cause, new LongAdder());
        }
        files = config.directory().map(directory -> new IncidentFiles(directory, MAX_INCIDENTS));
        files.ifPresent(incidentFiles -> incidentFiles.load(this::put));
        recordings = config.directory()
                .filter(directory -> config.recording())
                .map(directory -> new IncidentDirectory(directory, ".jfr", MAX_RECORDINGS));
        engine.events().add(onEvent);
        engine.pool().add(onRefusal);
        engine.add(onFailure);
        diagnostics.add(onDiagnosis);
        thread.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy()); // After close()
        thread.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** The incidents kept, the newest first. */
    public List<Incident> newestFirst() {
        return stored().stream()
                .map(incident -> {
                    OpenIncidents.Progress progress = progress(incident);
                    return incident.with(progress.repetitions(), progress.lasted());
                })
                .toList();
    }

    private List<Incident> stored() {
        synchronized (incidents) {
            return List.copyOf(incidents.descendingMap().values());
        }
    }

    /** The incident with an id; empty if it is not kept. */
    public Optional<Incident> find(String id) {
        Incident stored;
        synchronized (incidents) {
            stored = incidents.get(id);
        }
        return Optional.ofNullable(stored).map(this::current);
    }

    /** The recordings of the Flight Recorder, beside the incidents; empty unless the configuration asks for them. */
    public Optional<IncidentDirectory> recordings() {
        return recordings;
    }

    /** The number of incidents since the start whose first occurrence had this cause. */
    public long count(IncidentCause cause) {
        return counts.get(cause).sum();
    }

    /** Adds a listener, which receives every later incident. */
    public void add(IncidentListener listener) {
        listeners.add(listener);
    }

    public void remove(IncidentListener listener) {
        listeners.remove(listener);
    }

    @Override
    public void close() {
        engine.events().remove(onEvent);
        engine.pool().remove(onRefusal);
        engine.remove(onFailure);
        diagnostics.remove(onDiagnosis);
        thread.shutdownNow();
        files.ifPresent(IncidentFiles::close);
    }

    private void onEvent(PoolEvent event) {
        switch (event.kind()) {
            case CHECKOUT -> {
                if (event.took().compareTo(config.longWait()) > 0) {
                    String wait = "A caller of %s%s waited %s ms for connection %s"
                            .formatted(
                                    event.caller().route(),
                                    event.caller().ids().logFields(),
                                    event.took().toMillis(),
                                    event.connectionId());
                    record(IncidentCause.LONG_WAIT, root, event.time(), 1, Evidence.ofWait(wait, diagnostics.last()));
                }
            }
            case LEAK_SUSPECTED -> {
                String holding = IncidentRoots.ofHolding(event.caller().route());
                record(IncidentCause.LEAK_SUSPECTED, holding, event.time(), 1, Evidence.of(event.connectionId()));
            }
            default -> {} // Refusals are handled by onRefusal.
        }
    }

    /** Called before the refused callers leave the queue, so that the snapshot contains them. */
    private void onRefusal(NoConnectionException refusal, int callers, Supplier<QueueSnapshot> queue) {
        Evidence evidence = Evidence.of(queue);
        switch (refusal.reason()) {
            case TIMEOUT -> record(IncidentCause.TIMEOUT, root, Instant.now(), callers, evidence);
            case REJECTED, DISPLACED, SHED -> record(IncidentCause.REJECTED, root, Instant.now(), callers, evidence);
            case DATABASE_DOWN -> {
                String down = IncidentRoots.down(SqlState.of(refusal));
                record(IncidentCause.DATABASE_DOWN, down, Instant.now(), callers, evidence);
            }
            case DEADLINE, CANCELLED, CLOSED, INTERRUPTED -> {}
        }
    }

    /** Sets the incident of a failure: callers without a connection were counted in one by {@link #onRefusal}. */
    private void onFailure(CallContext caller, DatabaseFailure failure) {
        IncidentCause.of(failure.reason())
                .flatMap(cause -> failure.getCause() instanceof NoConnectionException
                        ? open.current(cause)
                        : Optional.of(record(cause, caller, failure)))
                .ifPresent(failure::setIncident);
    }

    private String record(IncidentCause cause, CallContext caller, DatabaseFailure failure) {
        int callers = Math.max(1, caller.count());
        return switch (cause) {
            // A single broken connection is no outage. If one follows, the incident becomes more severe.
            case DATABASE_DOWN -> {
                String down = IncidentRoots.down(SqlState.of(failure));
                yield record(IncidentCause.DATABASE_TROUBLE, down, Instant.now(), callers, Evidence.NONE);
            }
            case DATABASE_TROUBLE -> {
                Evidence evidence = Deadlock.of(failure)
                        .map(deadlock ->
                                Evidence.of(deadlock, caller, engine.pool().connections(), diagnostics.last()))
                        .orElse(Evidence.NONE);
                yield record(cause, IncidentRoots.of(failure), Instant.now(), callers, evidence);
            }
            default -> {
                Diagnosis last = diagnostics.last();
                yield record(cause, IncidentRoots.of(last, caller.route()), Instant.now(), callers, Evidence.of(last));
            }
        };
    }

    /** Detects the causes without an event: an outage without requests, stuck holders, and stalled callers. */
    private void onDiagnosis(Diagnosis diagnosis) {
        root = IncidentRoots.of(diagnosis);
        open.diagnosed(IncidentRoots.allOf(diagnosis), diagnosis.postgres().isPresent())
                .forEach(id -> thread.execute(() -> finish(id)));
        diagnosis.holders().stream()
                .filter(holder -> holder.verdict().isTrouble()
                        && holder.verdict() != Verdict.LEAK // has a separate cause
                        && holder.heldFor().compareTo(config.longWait()) > 0)
                .findFirst()
                .ifPresent(holder -> record(
                        IncidentCause.STUCK,
                        IncidentRoots.of(diagnosis, holder),
                        diagnosis.time(),
                        1,
                        Evidence.of(holder)));
        boolean wasDown = isDown;
        isDown = diagnosis.situation() == Situation.DATABASE_DOWN || diagnosis.situation() == Situation.NO_PRIMARY;
        if (isDown && !wasDown && engine.availability().migrated()) {
            record(IncidentCause.DATABASE_DOWN, root, diagnosis.time(), 1, Evidence.NONE);
        }
        if (diagnosis.situation() == Situation.STALLED) {
            record(IncidentCause.STALLED, root, diagnosis.time(), 1, Evidence.NONE);
        }
    }

    private void tick() {
        try {
            Duration oldestWait = engine.pool().view().oldestWait();
            if (oldestWait.compareTo(config.longWait()) > 0) {
                String wait = "A caller waited %s ms for a connection".formatted(oldestWait.toMillis());
                record(IncidentCause.LONG_WAIT, root, Instant.now(), 1, Evidence.ofWait(wait, diagnostics.last()));
            }
            if (System.nanoTime() - updatedNanos >= UPDATE_INTERVAL.toNanos()) {
                updatedNanos = System.nanoTime();
                storeRepetitions();
            }
        } catch (Throwable e) { // An uncaught exception would end the periodic check.
            LOG.error("The periodic check for incidents failed; it continues", e);
        }
    }

    /** Stores the end of an incident and its activity until then. */
    private void finish(String id) {
        try {
            find(id).filter(incident -> incident.lasted().isPresent()).ifPresent(incident -> {
                put(incident);
                store(id);
                LOG.info(
                        "Incident {} has ended: it lasted {} ms",
                        id,
                        incident.lasted().get().toMillis());
                engine.events()
                        .notifyListeners(
                                listeners, "the end of an incident", listener -> listener.onIncidentEnded(incident));
            });
        } catch (Throwable e) { // A failure of one incident must not prevent the recording of later ones.
            LOG.error("The end of incident {} could not be recorded", id, e);
        }
    }

    /** Updates the number of further occurrences in memory and in the files. */
    private void storeRepetitions() {
        for (Incident incident : stored()) {
            if (progress(incident).repetitions() != incident.repetitions()) {
                put(current(incident));
                store(incident.id());
            }
        }
    }

    /**
     * The evidence at an occurrence, in addition to the diagnosis at the time of recording.
     *
     * @param connectionId the number of the connection concerned; 0 for none
     * @param queue supplies the queue at the occurrence; empty unless callers were refused
     * @param diagnosis the last diagnosis at the occurrence, used if the new one no longer shows a root cause
     * @param event describes what happened, unless the given new diagnosis does; empty if it does
     */
    private record Evidence(
            int connectionId,
            Optional<Supplier<QueueSnapshot>> queue,
            Optional<Diagnosis> diagnosis,
            Function<Diagnosis, Optional<String>> event) {
        static final Evidence NONE = of(0);

        static Evidence of(int connectionId) {
            return new Evidence(connectionId, Optional.empty(), Optional.empty(), now -> Optional.empty());
        }

        /** The connection may be back at the time of the new diagnosis. */
        static Evidence of(Holder holder) {
            return new Evidence(holder.connectionId(), Optional.empty(), Optional.empty(), ifOver(describe(holder)));
        }

        static Evidence of(Supplier<QueueSnapshot> queue) {
            return new Evidence(0, Optional.of(queue), Optional.empty(), now -> Optional.empty());
        }

        /** A wait may be over at the time of the new diagnosis; the diagnosis before may still show its root cause. */
        static Evidence ofWait(String wait, Diagnosis before) {
            return new Evidence(0, Optional.empty(), of(before).diagnosis, ifOver(wait));
        }

        /** A cancelled statement no longer holds its connection: later diagnoses do not show it. */
        static Evidence of(Diagnosis before) {
            // Until the tables exist, no caller waits for a connection or holds one.
            boolean shows = !IncidentRoots.of(before).equals(OpenIncidents.UNKNOWN)
                    && before.situation() != Situation.NOT_PREPARED;
            Optional<Diagnosis> diagnosis = shows ? Optional.of(before) : Optional.empty();
            return new Evidence(0, Optional.empty(), diagnosis, now -> Optional.empty());
        }

        static Evidence of(Deadlock deadlock, CallContext caller, List<ConnectionView> connections, Diagnosis before) {
            return new Evidence(
                    0,
                    Optional.empty(),
                    Optional.empty(),
                    now -> Optional.of(deadlock.describe(caller.route(), connections, List.of(before, now))));
        }

        private static Function<Diagnosis, Optional<String>> ifOver(String event) {
            return now -> now.situation() == Situation.WELL || now.situation() == Situation.RECOVERING
                    ? Optional.of(event)
                    : Optional.empty();
        }
    }

    /** Counts callers in an incident, which is recorded within about a second if it is new. Returns its id. */
    private String record(IncidentCause cause, String root, Instant time, int times, Evidence evidence) {
        OpenIncidents.Decision decision = open.record(cause, root, time, times, evidence.queue.isPresent());
        if (decision.isNew()) {
            counts.get(cause).increment();
        }
        if (decision.isNew() || decision.isWorse()) {
            Optional<QueueSnapshot> queue = evidence.queue.map(Supplier::get);
            thread.execute(() -> freeze(decision.id(), time, decision.cause(), evidence, queue));
        }
        return decision.id();
    }

    private void freeze(
            String id, Instant happened, IncidentCause cause, Evidence evidence, Optional<QueueSnapshot> queue) {
        try {
            Optional<Incident> before = find(id);
            Instant time = before.map(Incident::time).orElse(happened);
            List<PoolEvent> events = engine.recentEvents().newestFirst().stream()
                    .limit(MAX_EVENTS)
                    .toList();
            List<PoolSecond> history = metrics.history().seconds();
            CompletableFuture<Diagnosis> pendingDiagnosis =
                    diagnostics.diagnose().toCompletableFuture();
            awaitDiagnosis(DIAGNOSIS_TIMEOUT, pendingDiagnosis);
            boolean isLate = !pendingDiagnosis.isDone();
            Diagnosis diagnosis = last(queue, evidence);
            open.rootFound(id, IncidentRoots.of(diagnosis));
            Optional<PastDiagnosis> minuteBefore = between(time.minus(MINUTE), time);
            Duration took = Duration.between(happened, Instant.now());
            Function<Diagnosis, Incident> recorded = shown -> IncidentDocument.freeze(
                    id,
                    time,
                    cause,
                    sentence(shown, evidence),
                    instance,
                    shown,
                    events,
                    history,
                    minuteBefore,
                    took,
                    before);
            Incident incident = recorded.apply(diagnosis);
            put(incident);
            publish(incident, diagnosis, evidence.connectionId);
            if (isLate) {
                // PostgreSQL answers slowly or not at all: the late diagnosis replaces the first one in the incident.
                awaitDiagnosis(LATE_DIAGNOSIS_TIMEOUT, pendingDiagnosis);
                put(recorded.apply(last(queue, evidence)));
            }
            store(id);
        } catch (Throwable e) { // A failure of one incident must not prevent the recording of later ones.
            LOG.error("Incident {} ({}) could not be recorded", id, cause, e);
        } finally {
            open.rootFound(id, OpenIncidents.UNKNOWN); // Else every later occurrence would belong to this incident.
        }
    }

    private void store(String id) {
        files.ifPresent(incidentFiles -> find(id).ifPresent(incidentFiles::store));
    }

    private static void awaitDiagnosis(Duration timeout, CompletableFuture<Diagnosis> pendingDiagnosis)
            throws InterruptedException {
        try {
            pendingDiagnosis.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            LOG.debug("The diagnosis is late", e);
        }
    }

    private Diagnosis last(Optional<QueueSnapshot> queue, Evidence evidence) {
        Diagnosis last = queue.map(diagnostics::last).orElseGet(diagnostics::last);
        return IncidentRoots.of(last).equals(OpenIncidents.UNKNOWN) ? evidence.diagnosis.orElse(last) : last;
    }

    private static String sentence(Diagnosis diagnosis, Evidence evidence) {
        String sentence = diagnosis.sentence();
        return holder(diagnosis, evidence.connectionId)
                .map(Incidents::describe)
                .or(() -> evidence.event.apply(diagnosis))
                .map(subject -> subject + "; " + uncapitalized(sentence))
                .orElse(sentence);
    }

    private static String describe(Holder holder) {
        return "Connection %s, checked out by %s, %s"
                .formatted(holder.connectionId(), holder.route(), holder.because());
    }

    private static Optional<Holder> holder(Diagnosis diagnosis, int connectionId) {
        return diagnosis.holders().stream()
                .filter(holder -> holder.connectionId() == connectionId)
                .findFirst();
    }

    private static String uncapitalized(String sentence) {
        return sentence.isEmpty() ? "" : sentence.substring(0, 1).toLowerCase(Locale.ROOT) + sentence.substring(1);
    }

    private void put(Incident incident) {
        synchronized (incidents) {
            incidents.put(incident.id(), incident);
            if (incidents.size() > MAX_INCIDENTS) {
                incidents.pollFirstEntry();
            }
        }
    }

    private void publish(Incident incident, Diagnosis diagnosis, int connectionId) {
        LOG.warn("Incident {} {}: {}", incident.id(), incident.cause(), incident.sentence());
        holder(diagnosis, connectionId).ifPresent(holder -> {
            String checkout = holder.checkoutStack().isEmpty()
                    ? "\n  (the stack at its checkout was not recorded; from now on it is for this route)"
                    : "\n  checked out at" + frames(holder.checkoutStack());
            String now = frames(holder.stack());
            LOG.warn("Connection {} is held by thread {}, now at{}{}", connectionId, holder.thread(), now, checkout);
        });
        engine.events().notifyListeners(listeners, "an incident", listener -> listener.onIncident(incident));
    }

    private static String frames(List<String> stack) {
        return stack.stream().map("\n    at "::concat).collect(Collectors.joining());
    }

    /** The incident with its current number of further occurrences, end and activity, in the document as well. */
    private Incident current(Incident incident) {
        OpenIncidents.Progress progress = progress(incident);
        Optional<Duration> lasted = progress.lasted();
        boolean isComplete = progress.repetitions() == incident.repetitions() && lasted.equals(incident.lasted());
        if (isComplete && !progress.isOngoing()) {
            return incident;
        }
        Instant now = Instant.now();
        Instant end = lasted.map(incident.time()::plus).orElse(now);
        Duration kept = PoolHistory.RETENTION.minus(MINUTE);
        boolean isKept = Duration.between(incident.time(), now).compareTo(kept) < 0;
        List<PoolSecond> history = metrics.history().seconds().stream()
                .filter(second -> isKept && !second.time().isAfter(end.plus(MINUTE)))
                .toList();
        return IncidentDocument.with(
                incident, progress.repetitions(), lasted, between(incident.time(), end.plusSeconds(1)), history);
    }

    /** The activity of a period; empty if the history has no part of it. */
    private Optional<PastDiagnosis> between(Instant from, Instant to) {
        try {
            return Optional.of(activity.diagnose(new HistoryPeriod(from, to)));
        } catch (InvalidParameterException e) {
            LOG.debug("No activity is known from {} to {}", from, to, e);
            return Optional.empty();
        }
    }

    private OpenIncidents.Progress progress(Incident incident) {
        return open.progress(incident.id())
                .orElseGet(() -> new OpenIncidents.Progress(incident.repetitions(), false, incident.lasted()));
    }
}
