package app.rodmena.auth.diagnosis.incident;

import app.rodmena.auth.diagnosis.Situation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Decides whether an occurrence begins a new incident or belongs to an open one. Occurrences with the same root cause,
 * for example a lock, belong to one incident for a minute. If the root cause persists, each following incident lasts
 * twice as long, up to an hour. Thread-safe.
 */
final class OpenIncidents {
    private static final Duration MIN_LENGTH = Duration.ofMinutes(1);
    private static final Duration MAX_LENGTH = Duration.ofHours(1);

    /** The maximum number of open incidents; occurrences with further root causes belong to the newest one. */
    private static final int MAX_OPEN = 8;

    /** The value for an unknown root cause. */
    static final String UNKNOWN = "";

    /** Situations that may precede the diagnosis of a lock: only a new diagnosis finds the root cause. */
    private static final Set<String> TENTATIVE = Set.of(
            Situation.SATURATED.name(),
            Situation.NOISY_TENANT.name(),
            Situation.OPENING.name(),
            Situation.NOT_PREPARED.name());

    /**
     * The incident of an occurrence.
     *
     * @param id the id of the incident
     * @param cause the most severe cause of the incident so far
     * @param isNew whether the occurrence begins the incident
     * @param isWorse whether the occurrence is more severe than the earlier ones, or the first refusal of callers
     */
    record Decision(String id, IncidentCause cause, boolean isNew, boolean isWorse) {}

    private static final class Open {
        final String id;
        final Set<IncidentCause> causes = EnumSet.noneOf(IncidentCause.class);
        final Instant until;
        final Duration length;
        String root;
        IncidentCause worst;
        long repetitions;
        boolean refused;

        Open(String id, String root, IncidentCause cause, Instant until, Duration length) {
            this.id = id;
            this.root = root;
            this.worst = cause;
            this.until = until;
            this.length = length;
        }
    }

    /**
     * The newest last; includes ended incidents that still determine the length of the next one with their root cause.
     */
    private final List<Open> open = new ArrayList<>();

    private final Map<IncidentCause, Open> lastOf = new EnumMap<>(IncidentCause.class);

    /**
     * Registers an occurrence.
     *
     * @param root the root cause; {@link #UNKNOWN} if it is not known
     * @param times the number of callers affected
     * @param refusal whether these callers were refused
     */
    synchronized Decision record(IncidentCause cause, String root, Instant now, long times, boolean refusal) {
        open.removeIf(incident -> !now.isBefore(incident.until.plus(incident.length)));
        Optional<Open> existing = latest(incident -> now.isBefore(incident.until) && isSame(incident, cause, root));
        if (existing.isEmpty()
                && open.stream()
                                .filter(incident -> now.isBefore(incident.until))
                                .count()
                        >= MAX_OPEN) {
            existing = latest(incident -> now.isBefore(incident.until));
        }
        return existing.map(incident -> repeat(incident, cause, times, refusal))
                .orElseGet(() -> begin(cause, root, now, times, refusal));
    }

    /** Sets the root cause of an incident, unless it is already known. {@link #UNKNOWN} ends the search for it. */
    synchronized void rootFound(String id, String root) {
        open.stream()
                .filter(incident -> incident.id.equals(id) && incident.root.equals(UNKNOWN))
                .forEach(incident -> incident.root = root.equals(UNKNOWN) ? "unknown root of " + incident.worst : root);
    }

    /** The id of the open incident for occurrences of this cause; empty if there is none. */
    synchronized Optional<String> current(IncidentCause cause, Instant now) {
        return last(cause).filter(incident -> now.isBefore(incident.until)).map(incident -> incident.id);
    }

    /** The id of the last incident with an occurrence of this cause; empty if there was none. */
    synchronized Optional<String> lastId(IncidentCause cause) {
        return last(cause).map(incident -> incident.id);
    }

    /** The number of further occurrences of an incident; empty if it is no longer known. */
    synchronized Optional<Long> repetitions(String id) {
        return open.stream()
                .filter(incident -> incident.id.equals(id))
                .map(incident -> incident.repetitions)
                .findFirst();
    }

    private Optional<Open> last(IncidentCause cause) {
        return Optional.ofNullable(lastOf.get(cause));
    }

    private Decision repeat(Open incident, IncidentCause cause, long times, boolean refusal) {
        incident.repetitions += times;
        incident.causes.add(cause);
        lastOf.put(cause, incident);
        boolean isWorse = cause.severity() > incident.worst.severity();
        if (isWorse) {
            incident.worst = cause;
        }
        boolean isFirstRefusal = refusal && !incident.refused;
        incident.refused |= refusal;
        return new Decision(incident.id, incident.worst, false, isWorse || isFirstRefusal);
    }

    private Decision begin(IncidentCause cause, String root, Instant now, long times, boolean refusal) {
        Duration length = latest(incident -> isSame(incident, cause, root))
                .filter(incident -> incident.repetitions > 0)
                .map(incident -> min(incident.length.multipliedBy(2), MAX_LENGTH))
                .orElse(MIN_LENGTH);
        String initialRoot = TENTATIVE.contains(root) ? UNKNOWN : root;
        Open incident = new Open(IncidentId.at(now), initialRoot, cause, now.plus(length), length);
        incident.repetitions = times - 1;
        incident.refused = refusal;
        incident.causes.add(cause);
        open.add(incident);
        lastOf.put(cause, incident);
        return new Decision(incident.id, cause, true, false);
    }

    /** Compares the root causes, or the causes if a root cause is unknown. */
    private static boolean isSame(Open incident, IncidentCause cause, String root) {
        if (incident.root.equals(UNKNOWN)) {
            return true; // The incident has just begun, and its root cause is being determined.
        }
        boolean isUncertain = root.equals(UNKNOWN) || TENTATIVE.contains(root);
        return incident.root.equals(root) || (isUncertain && incident.causes.contains(cause));
    }

    private Optional<Open> latest(Predicate<Open> filter) {
        return open.stream().filter(filter).reduce((first, second) -> second);
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
