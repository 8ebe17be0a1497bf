package app.rodmena.auth.diagnosis.incident;

import app.rodmena.auth.diagnosis.Situation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * The last incidents. Decides whether an occurrence begins a new incident or belongs to an open one: occurrences with
 * the same root cause, for example a lock, belong to one incident for a minute. If the root cause persists, each
 * following incident lasts twice as long, up to an hour.
 *
 * <p>Determines when incidents end: with the last occurrence, or the last diagnosis that showed a root cause, after
 * which several diagnoses show none. A later occurrence with the same root cause continues the incident. Thread-safe.
 */
final class OpenIncidents {
    private static final Duration MIN_LENGTH = Duration.ofMinutes(1);
    private static final Duration MAX_LENGTH = Duration.ofHours(1);

    /** The maximum number of open incidents; occurrences with further root causes belong to the newest one. */
    private static final int MAX_OPEN = 8;

    /** The time without a sign of an incident after which it has ended. */
    static final Duration QUIET = Duration.ofSeconds(5);

    /** That time while PostgreSQL's view is missing, so that a lock could not be seen. */
    static final Duration QUIET_WITHOUT_VIEW = Duration.ofMinutes(1);

    /** After a pause of the process, the first diagnosis must show the root cause again. */
    private static final int MIN_QUIET_DIAGNOSES = 3;

    private static final int MAX_ROOTS = 20;

    /** The value for an unknown root cause. */
    static final String UNKNOWN = "";

    /** Begins the root cause of an incident whose diagnosis showed none. */
    private static final String NOT_FOUND = "unknown root of ";

    /** Situations that may precede the diagnosis of a lock: only a new diagnosis finds the root cause. */
    private static final Set<String> TENTATIVE = Set.of(
            Situation.SATURATED.name(),
            Situation.NOISY_TENANT.name(),
            Situation.OPENING.name(),
            Situation.NOT_PREPARED.name());

    /**
     * The incident of an occurrence.
     *
     * @param cause the most severe cause of the incident so far
     * @param isWorse whether the occurrence is more severe than the earlier ones, or the first refusal of callers
     */
    record Decision(String id, IncidentCause cause, boolean isNew, boolean isWorse) {}

    /** The repetitions of an incident, and how long it lasted in whole milliseconds if it has ended. */
    record Progress(long repetitions, boolean isOngoing, Optional<Duration> lasted) {}

    private static final class Open {
        final String id;
        final Set<IncidentCause> causes = EnumSet.noneOf(IncidentCause.class);
        final Duration length;
        final long beganNanos;

        /** The root causes with which a diagnosis shows this incident, at most {@link #MAX_ROOTS}. */
        final Set<String> roots = new HashSet<>();

        String root;
        IncidentCause worst;
        long repetitions;
        boolean refused;
        long lastNanos;
        int quietDiagnoses;
        boolean ended;

        Open(String id, String root, IncidentCause cause, Duration length, long beganNanos) {
            this.id = id;
            this.root = root;
            this.worst = cause;
            this.length = length;
            this.beganNanos = beganNanos;
        }

        boolean isOpen(long nanos) {
            return nanos - beganNanos < length.toNanos();
        }

        /** Whether its length determines that of the next incident with its root cause. */
        boolean isRecent(long nanos) {
            return nanos - beganNanos < 2 * length.toNanos();
        }

        void addRoot(String found) {
            if (!found.equals(UNKNOWN) && roots.size() < MAX_ROOTS) {
                roots.add(found);
            }
        }

        void continueAt(long nanos) {
            lastNanos = nanos;
            quietDiagnoses = 0;
            ended = false;
        }
    }

    private final LongSupplier clock;

    /** The newest last; includes ended incidents, which determine the length of the next one with their root cause. */
    private final List<Open> last = new ArrayList<>();

    private final Map<IncidentCause, Open> lastOf = new EnumMap<>(IncidentCause.class);

    /** @param clock a monotonic clock in nanoseconds */
    OpenIncidents(LongSupplier clock) {
        this.clock = clock;
    }

    /**
     * Registers an occurrence, which begins an incident or continues one.
     *
     * @param root the root cause; {@link #UNKNOWN} if it is not known
     * @param now the time in the id of an incident that begins
     * @param times the number of callers affected
     * @param refusal whether these callers were refused
     */
    synchronized Decision record(IncidentCause cause, String root, Instant now, long times, boolean refusal) {
        long nanos = clock.getAsLong();
        Optional<Open> existing = latest(incident -> incident.isOpen(nanos) && isSame(incident, cause, root));
        long open = last.stream().filter(incident -> incident.isOpen(nanos)).count();
        if (existing.isEmpty() && open >= MAX_OPEN) {
            existing = latest(incident -> incident.isOpen(nanos) && !incident.ended);
        }
        Open incident = existing.orElseGet(() -> begin(cause, root, now, nanos));
        incident.addRoot(root);
        incident.continueAt(nanos);
        incident.causes.add(cause);
        lastOf.put(cause, incident);
        if (existing.isEmpty()) {
            incident.repetitions = times - 1;
            incident.refused = refusal;
            return new Decision(incident.id, cause, true, false);
        }
        incident.repetitions += times;
        boolean isWorse = cause.severity > incident.worst.severity;
        if (isWorse) {
            incident.worst = cause;
        }
        boolean isFirstRefusal = refusal && !incident.refused;
        incident.refused |= refusal;
        return new Decision(incident.id, incident.worst, false, isWorse || isFirstRefusal);
    }

    /** Sets the root cause of an incident, unless it is already known. {@link #UNKNOWN} ends the search for it. */
    synchronized void rootFound(String id, String root) {
        find(id).ifPresent(incident -> {
            incident.addRoot(root);
            if (incident.root.equals(UNKNOWN)) {
                incident.root = root.equals(UNKNOWN) ? NOT_FOUND + incident.worst : root;
            }
        });
    }

    /**
     * Registers a diagnosis.
     *
     * @param roots the root causes that it shows
     * @param hasView whether PostgreSQL answered
     * @return the ids of the incidents that have ended by now
     */
    synchronized List<String> diagnosed(Set<String> roots, boolean hasView) {
        long nanos = clock.getAsLong();
        long quiet = (hasView ? QUIET : QUIET_WITHOUT_VIEW).toNanos();
        List<String> ended = new ArrayList<>();
        for (Open incident : last) {
            if (incident.ended && nanos - incident.lastNanos >= QUIET_WITHOUT_VIEW.toNanos()) {
                continue; // The same root cause is a new incident, and only a further occurrence continues this one.
            }
            if (incident.roots.stream().anyMatch(roots::contains)) {
                incident.continueAt(nanos);
            } else if (!incident.ended
                    && ++incident.quietDiagnoses >= MIN_QUIET_DIAGNOSES
                    && nanos - incident.lastNanos >= quiet) {
                incident.ended = true;
                ended.add(incident.id);
            }
        }
        return ended;
    }

    /** The progress of an incident; empty if it is no longer known. */
    synchronized Optional<Progress> progress(String id) {
        return find(id).map(incident -> new Progress(
                incident.repetitions,
                !incident.ended,
                Optional.of(incident.lastNanos - incident.beganNanos)
                        .filter(lasted -> incident.ended)
                        .map(lasted -> Duration.ofMillis(TimeUnit.NANOSECONDS.toMillis(lasted)))));
    }

    /** The id of the incident of the last occurrence of this cause; empty if it has ended. */
    synchronized Optional<String> current(IncidentCause cause) {
        return Optional.ofNullable(lastOf.get(cause))
                .filter(incident -> incident.isOpen(clock.getAsLong()) && !incident.ended)
                .map(incident -> incident.id);
    }

    private Optional<Open> find(String id) {
        return latest(incident -> incident.id.equals(id));
    }

    private Open begin(IncidentCause cause, String root, Instant now, long nanos) {
        Duration length = latest(incident -> incident.isRecent(nanos) && isSame(incident, cause, root))
                .filter(incident -> incident.repetitions > 0)
                .map(incident -> Duration.ofMillis(Math.min(2 * incident.length.toMillis(), MAX_LENGTH.toMillis())))
                .orElse(MIN_LENGTH);
        String initialRoot = TENTATIVE.contains(root) ? UNKNOWN : root;
        Open incident = new Open(Incident.newId(now), initialRoot, cause, length, nanos);
        last.add(incident);
        if (last.size() > Incidents.MAX_INCIDENTS) {
            last.stream()
                    .filter(earlier -> !earlier.isRecent(nanos))
                    .findFirst()
                    .ifPresent(last::remove);
        }
        return incident;
    }

    /** Compares the root causes, or the causes if a root cause is unknown. */
    private static boolean isSame(Open incident, IncidentCause cause, String root) {
        if (incident.root.equals(UNKNOWN)) {
            return true; // The incident has just begun, and its root cause is being determined.
        }
        return incident.root.equals(root)
                || (isUncertain(root)
                        && incident.causes.contains(cause)
                        && (!incident.ended || isUncertain(incident.root)));
    }

    private static boolean isUncertain(String root) {
        return root.equals(UNKNOWN) || root.startsWith(NOT_FOUND) || TENTATIVE.contains(root);
    }

    private Optional<Open> latest(Predicate<Open> filter) {
        return last.stream().filter(filter).reduce((first, second) -> second);
    }
}
