package app.rodmena.auth.incidents;

import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.database.DatabaseFailure;
import app.rodmena.auth.database.FailureKind;
import app.rodmena.auth.database.FailureListener;
import app.rodmena.auth.database.SharedResource;
import app.rodmena.auth.database.SharedResource.Share;
import app.rodmena.auth.diagnosis.Diagnosis;
import app.rodmena.auth.diagnosis.DiagnosisListener;
import app.rodmena.auth.diagnosis.Diagnostics;
import app.rodmena.auth.diagnosis.Holder;
import app.rodmena.auth.diagnosis.Situation;
import app.rodmena.auth.diagnosis.Verdict;
import app.rodmena.auth.events.CallContext;
import app.rodmena.auth.events.PoolEvent;
import app.rodmena.auth.events.PoolListener;
import app.rodmena.auth.metrics.Metrics;
import app.rodmena.auth.metrics.PoolSecond;
import app.rodmena.auth.pool.NoConnectionException;
import app.rodmena.auth.pool.QueueSnapshot;
import app.rodmena.auth.pool.RefusalListener;
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
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Freezes what is known when trouble begins: the diagnosis, the last events, the last fifteen minutes. As there is one
 * engine per process, there is one of these, which all share. Thread-safe.
 *
 * <p>Whoever is in trouble only gets an id and goes on; everything else is done on threads of its own.
 */
public final class Incidents {
    /** How many are remembered, in memory and in files. */
    public static final int REMEMBERED = 20;

    private static final Logger LOG = LoggerFactory.getLogger("auth.incidents");
    private static final SharedResource<Incidents> ONE = new SharedResource<>("record of incidents", Incidents::end);

    private static final int EVENTS = 200;
    private static final long TICK_MILLIS = 500;

    /** A diagnosis that takes longer than this comes later: first of all what is known already is frozen. */
    private static final Duration PATIENCE = Duration.ofMillis(750);

    private static final Duration LONGER_PATIENCE = Duration.ofSeconds(3);
    private static final Duration UPDATE = Duration.ofMinutes(1);

    private final DatabaseEngine engine;
    private final Metrics metrics;
    private final Diagnostics diagnostics;
    private final String instance;
    private final IncidentsConfig config;
    private final OpenIncidents open = new OpenIncidents();
    private final Map<IncidentCause, LongAdder> counts = new EnumMap<>(IncidentCause.class);
    private final Optional<IncidentFiles> files;
    private final List<IncidentListener> listeners = new CopyOnWriteArrayList<>();

    /** By id, which is by time. */
    private final NavigableMap<String, Incident> incidents = new TreeMap<>();

    private final PoolListener onEvent = this::onEvent;
    private final RefusalListener onRefusal = this::onRefusal;
    private final FailureListener onFailure = this::onFailure;
    private final DiagnosisListener onDiagnosis = this::onDiagnosis;
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1, task -> {
        Thread worker = new Thread(task, "incidents");
        worker.setDaemon(true);
        return worker;
    });
    private volatile boolean isDown;

    /** What keeps callers waiting, as of the last diagnosis. */
    private volatile String root = OpenIncidents.UNKNOWN;

    private Instant updated = Instant.now();

    @SuppressWarnings("FutureReturnValueIgnored") // A tick never fails; they end with the thread.
    private Incidents(
            DatabaseEngine engine, Metrics metrics, Diagnostics diagnostics, String instance, IncidentsConfig config) {
        this.engine = engine;
        this.metrics = metrics;
        this.diagnostics = diagnostics;
        this.instance = instance;
        this.config = config;
        for (IncidentCause cause : IncidentCause.values()) {
            counts.put(cause, new LongAdder());
        }
        files = config.directory().map(directory -> new IncidentFiles(directory, REMEMBERED));
        files.ifPresent(kept -> kept.load(this::remember));
        engine.events().add(onEvent);
        engine.add(onRefusal);
        engine.add(onFailure);
        diagnostics.explainFailures(this::lastIdOf);
        diagnostics.add(onDiagnosis);
        thread.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /**
     * Begins to watch for trouble, or joins those who do.
     *
     * @param engine the one engine of this process, open for as long as this is, as are {@code metrics} and
     *     {@code diagnostics}
     * @param instance this process's name in PostgreSQL
     * @throws IllegalStateException if others in this process watch with other settings
     */
    public static Share<Incidents> open(
            DatabaseEngine engine, Metrics metrics, Diagnostics diagnostics, String instance, IncidentsConfig config) {
        return ONE.open(engine, config, () -> new Incidents(engine, metrics, diagnostics, instance, config));
    }

    /** All that are remembered, the newest first. */
    public List<Incident> newestFirst() {
        synchronized (incidents) {
            return incidents.descendingMap().values().stream()
                    .map(incident -> incident.again(swallowed(incident)))
                    .toList();
        }
    }

    /** The one of that id, if it is remembered. */
    public Optional<Incident> find(String id) {
        synchronized (incidents) {
            return Optional.ofNullable(incidents.get(id)).map(this::upToDate);
        }
    }

    /** How many began with that since start. */
    public long count(IncidentCause cause) {
        return counts.get(cause).sum();
    }

    /**
     * The id of the incident that a failure to answer belongs to; safe to be shown to a client. Never blocks. It is
     * frozen within a second.
     */
    public Optional<String> idOf(DatabaseFailure.Reason reason) {
        Instant now = Instant.now();
        Optional<String> id = IncidentCause.of(reason).flatMap(cause -> open.current(cause, now));
        return reason == DatabaseFailure.Reason.DATABASE_DOWN
                ? id.or(() -> open.current(IncidentCause.DATABASE_TROUBLE, now)) // A connection that broke in use.
                : id;
    }

    private Optional<String> lastIdOf(FailureKind kind) {
        return switch (kind) {
            case UNEXPECTED, CONNECT_FAILED -> Optional.empty();
            case CONNECTION_LOST -> open.lastId(IncidentCause.DATABASE_TROUBLE);
            default ->
                IncidentCause.of(DatabaseFailure.Reason.valueOf(kind.name())).flatMap(open::lastId);
        };
    }

    /** Tells {@code listener} of every incident from now on. */
    public void add(IncidentListener listener) {
        listeners.add(listener);
    }

    public void remove(IncidentListener listener) {
        listeners.remove(listener);
    }

    private void end() {
        diagnostics.explainFailures(kind -> Optional.empty());
        engine.events().remove(onEvent);
        engine.remove(onRefusal);
        engine.remove(onFailure);
        diagnostics.remove(onDiagnosis);
        thread.shutdownNow();
        files.ifPresent(IncidentFiles::close);
    }

    private void onEvent(PoolEvent event) {
        switch (event.kind()) {
            case CHECKOUT -> {
                if (event.took().compareTo(config.longWait()) > 0) {
                    String wait = "A caller of %s waited %s ms for connection %s"
                            .formatted(event.caller().route(), event.took().toMillis(), event.connectionId());
                    happened(IncidentCause.LONG_WAIT, root, event.time(), 1, Evidence.ofWait(wait, diagnostics.last()));
                }
            }
            case LEAK_SUSPECTED -> {
                String holding = IncidentRoots.ofHolding(event.caller().route());
                happened(IncidentCause.LEAK_SUSPECTED, holding, event.time(), 1, Evidence.of(event.connectionId()));
            }
            case TIMEOUT,
                    REJECTED, // They are refusals.
                    CONNECT,
                    CONNECT_FAILED,
                    CHECKIN,
                    INVALIDATE,
                    SOFT_INVALIDATE,
                    RECYCLE,
                    OVERFLOW_OPEN,
                    OVERFLOW_CLOSE,
                    CLOSE,
                    LEAK_RETURNED,
                    LEAK_RECLAIMED -> {}
        }
    }

    /** Who waited is looked at before those who are refused have left. */
    private void onRefusal(NoConnectionException.Reason reason, int callers, Supplier<QueueSnapshot> queue) {
        Evidence evidence = Evidence.of(queue);
        switch (reason) {
            case TIMEOUT -> happened(IncidentCause.TIMEOUT, root, Instant.now(), callers, evidence);
            case REJECTED -> happened(IncidentCause.REJECTED, root, Instant.now(), callers, evidence);
            case DATABASE_DOWN ->
                happened(IncidentCause.DATABASE_DOWN, IncidentRoots.DOWN, Instant.now(), callers, evidence);
            case CANCELLED, CLOSED, INTERRUPTED -> {}
        }
    }

    /** Callers that had a connection, and got no answer. */
    private void onFailure(CallContext caller, DatabaseFailure failure) {
        if (failure.getCause() instanceof NoConnectionException) {
            return; // It was a refusal.
        }
        IncidentCause.of(failure.reason()).ifPresent(cause -> {
            int callers = Math.max(1, caller.count());
            switch (cause) {
                // One connection that breaks is no outage yet; if it is the first sign of one, that is worse.
                case DATABASE_DOWN ->
                    happened(IncidentCause.DATABASE_TROUBLE, IncidentRoots.DOWN, Instant.now(), callers, Evidence.NONE);
                case DATABASE_TROUBLE ->
                    happened(cause, IncidentRoots.of(failure), Instant.now(), callers, Evidence.NONE);
                default -> happened(cause, root, Instant.now(), callers, Evidence.of(diagnostics.last()));
            }
        });
    }

    /** What no event tells: that PostgreSQL is gone before anybody asked, and what holders are kept by. */
    private void onDiagnosis(Diagnosis diagnosis) {
        root = IncidentRoots.of(diagnosis);
        diagnosis.holders().stream()
                .filter(holder -> holder.verdict().isTrouble()
                        && holder.verdict() != Verdict.LEAK // has a cause of its own
                        && holder.heldFor().compareTo(config.longWait()) > 0)
                .findFirst()
                .ifPresent(holder -> happened(
                        IncidentCause.STUCK,
                        IncidentRoots.of(diagnosis, holder),
                        diagnosis.time(),
                        1,
                        Evidence.of(holder.connectionId())));
        boolean wasDown = isDown;
        isDown = diagnosis.situation() == Situation.DATABASE_DOWN || diagnosis.situation() == Situation.NO_PRIMARY;
        if (isDown && !wasDown && engine.availability().migrated()) {
            happened(IncidentCause.DATABASE_DOWN, IncidentRoots.DOWN, diagnosis.time());
        }
        if (diagnosis.situation() == Situation.STALLED) {
            happened(IncidentCause.STALLED, root, diagnosis.time());
        }
    }

    private void tick() {
        try {
            Duration oldestWait = engine.view().oldestWait();
            if (oldestWait.compareTo(config.longWait()) > 0) {
                String wait = "A caller waited %s ms for a connection".formatted(oldestWait.toMillis());
                happened(IncidentCause.LONG_WAIT, root, Instant.now(), 1, Evidence.ofWait(wait, diagnostics.last()));
            }
            if (Duration.between(updated, Instant.now()).compareTo(UPDATE) >= 0) {
                updated = Instant.now();
                writeHowOften();
            }
        } catch (Throwable e) { // Whatever is thrown here would end the looking for good.
            LOG.error("Looking for incidents failed; it goes on", e);
        }
    }

    /** Files are to know, too, how often it has happened again. */
    private void writeHowOften() {
        for (Incident incident : newestFirst()) {
            find(incident.id())
                    .filter(known -> known.swallowed() != stored(known.id()))
                    .ifPresent(known -> {
                        remember(known);
                        keep(known.id());
                    });
        }
    }

    private long stored(String id) {
        synchronized (incidents) {
            Incident incident = incidents.get(id);
            return incident == null ? 0 : incident.swallowed();
        }
    }

    /**
     * What an incident is to show beside the diagnosis of the moment it is frozen.
     *
     * @param connectionId the connection it is about; 0 for none
     * @param queue who waited when it happened
     * @param diagnosis what was known when it happened, for a diagnosis that no longer shows a reason
     * @param waited the wait that it is about, in words; for a diagnosis that no longer shows it
     */
    private record Evidence(
            int connectionId,
            Optional<Supplier<QueueSnapshot>> queue,
            Optional<Diagnosis> diagnosis,
            Optional<String> waited) {
        static final Evidence NONE = of(0);

        static Evidence of(int connectionId) {
            return new Evidence(connectionId, Optional.empty(), Optional.empty(), Optional.empty());
        }

        static Evidence of(Supplier<QueueSnapshot> queue) {
            return new Evidence(0, Optional.of(queue), Optional.empty(), Optional.empty());
        }

        /**
         * A wait may be over when the pool is looked at; the diagnosis before shows it, if there is one with its
         * reason.
         */
        static Evidence ofWait(String wait, Diagnosis before) {
            return new Evidence(0, Optional.empty(), of(before).diagnosis, Optional.of(wait));
        }

        /** A statement that was cancelled holds its connection no longer: a diagnosis from now on shows nothing. */
        static Evidence of(Diagnosis before) {
            // Until the tables are there, no caller waits or has a connection.
            boolean shows = !IncidentRoots.of(before).equals(OpenIncidents.UNKNOWN)
                    && before.situation() != Situation.NOT_PREPARED;
            return new Evidence(0, Optional.empty(), shows ? Optional.of(before) : Optional.empty(), Optional.empty());
        }
    }

    private void happened(IncidentCause cause, String root, Instant time) {
        happened(cause, root, time, 1, Evidence.NONE);
    }

    private void happened(IncidentCause cause, String root, Instant time, int times, Evidence evidence) {
        OpenIncidents.Decision decision = open.happened(cause, root, time, times, evidence.queue.isPresent());
        if (decision.isNew()) {
            counts.get(cause).increment();
        }
        if (decision.isNew() || decision.isWorse()) {
            Optional<QueueSnapshot> queue = evidence.queue.map(Supplier::get);
            try {
                thread.execute(() -> freeze(decision.id(), time, decision.cause(), evidence, queue));
            } catch (RejectedExecutionException e) {
                LOG.debug("{} is nobody's any more", decision.id(), e);
            }
        }
    }

    private void freeze(
            String id, Instant happened, IncidentCause cause, Evidence evidence, Optional<QueueSnapshot> queue) {
        try {
            Optional<Incident> before = find(id);
            Instant time = before.map(Incident::time).orElse(happened);
            int connectionId = evidence.connectionId;
            List<PoolEvent> events =
                    engine.recentEvents().newestFirst().stream().limit(EVENTS).toList();
            List<PoolSecond> history = metrics.history().seconds();
            CompletableFuture<Diagnosis> look = diagnostics.look().toCompletableFuture();
            within(PATIENCE, look);
            boolean isLate = !look.isDone();
            Diagnosis diagnosis = last(queue, evidence);
            open.rootFound(id, IncidentRoots.of(diagnosis));
            Duration took = Duration.between(happened, Instant.now());
            Incident incident = IncidentDocument.freeze(
                    id, time, cause, sentence(diagnosis, evidence), instance, diagnosis, events, history, took, before);
            remember(incident);
            announce(incident, diagnosis, connectionId);
            if (isLate) {
                // PostgreSQL is slow to answer, if it does at all: what is learnt of that belongs to the incident, too.
                within(LONGER_PATIENCE, look);
                Diagnosis late = last(queue, evidence);
                remember(IncidentDocument.freeze(
                        id, time, cause, sentence(late, evidence), instance, late, events, history, took, before));
            }
            keep(id);
        } catch (Throwable e) { // Whatever is wrong with one incident, there may be another.
            LOG.error("Incident {} ({}) could not be frozen", id, cause, e);
        } finally {
            open.rootFound(id, OpenIncidents.UNKNOWN); // Else all that happens from now on would belong to it.
        }
    }

    private void keep(String id) {
        files.ifPresent(kept -> find(id).ifPresent(kept::keep));
    }

    private static void within(Duration patience, CompletableFuture<Diagnosis> look) throws InterruptedException {
        try {
            look.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            LOG.debug("The diagnosis takes long", e);
        }
    }

    private Diagnosis last(Optional<QueueSnapshot> queue, Evidence evidence) {
        Diagnosis last = queue.map(diagnostics::last).orElseGet(diagnostics::last);
        return IncidentRoots.of(last).equals(OpenIncidents.UNKNOWN) ? evidence.diagnosis.orElse(last) : last;
    }

    private static String sentence(Diagnosis diagnosis, Evidence evidence) {
        String sentence = diagnosis.sentence();
        Optional<String> holding = holder(diagnosis, evidence.connectionId)
                .map(holder -> "Connection %s, taken by %s, %s"
                        .formatted(evidence.connectionId, holder.route(), holder.because()));
        boolean isOver = diagnosis.situation() == Situation.WELL || diagnosis.situation() == Situation.RECOVERING;
        return holding.or(() -> evidence.waited.filter(waited -> isOver))
                .map(subject -> subject + "; " + decapitalised(sentence))
                .orElse(sentence);
    }

    private static Optional<Holder> holder(Diagnosis diagnosis, int connectionId) {
        return diagnosis.holders().stream()
                .filter(holder -> holder.connectionId() == connectionId)
                .findFirst();
    }

    private static String decapitalised(String sentence) {
        return sentence.isEmpty() ? "" : sentence.substring(0, 1).toLowerCase(Locale.ROOT) + sentence.substring(1);
    }

    private void remember(Incident incident) {
        synchronized (incidents) {
            incidents.put(incident.id(), incident);
            if (incidents.size() > REMEMBERED) {
                incidents.pollFirstEntry();
            }
        }
    }

    private void announce(Incident incident, Diagnosis diagnosis, int connectionId) {
        LOG.warn("Incident {} {}: {}", incident.id(), incident.cause(), incident.sentence());
        holder(diagnosis, connectionId)
                .ifPresent(holder -> LOG.warn(
                        "Connection {} is held by thread {}, now at{}{}",
                        connectionId,
                        holder.thread(),
                        frames(holder.stack()),
                        holder.checkoutStack().isEmpty()
                                ? "\n  (where it was taken was not recorded; from now on it is for this route)"
                                : "\n  taken at" + frames(holder.checkoutStack())));
        for (IncidentListener listener : listeners) {
            try {
                listener.onIncident(incident);
            } catch (Throwable e) {
                LOG.warn("A listener to incidents failed", e);
            }
        }
    }

    private static String frames(List<String> stack) {
        StringBuilder lines = new StringBuilder();
        stack.forEach(frame -> lines.append("\n    at ").append(frame));
        return lines.toString();
    }

    /** Its document, too, knows how often it has happened since. */
    private Incident upToDate(Incident incident) {
        long swallowed = swallowed(incident);
        return swallowed == incident.swallowed() ? incident : IncidentDocument.withSwallowed(incident, swallowed);
    }

    private long swallowed(Incident incident) {
        return open.repeated(incident.id()).orElse(incident.swallowed());
    }
}
