package app.rodmena.auth.incidents;

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
    private static final Duration SHORTEST = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofHours(1);

    /** The maximum number of open incidents; occurrences with further root causes belong to the newest one. */
    private static final int MAX_OPEN = 8;

    /** The value for an unknown root cause. */
    static final String UNKNOWN = "";

    /** Situations that may precede the diagnosis of a lock: only a new diagnosis finds the root cause. */
    private static final Set<String> TENTATIVE =
            Set.of(Situation.SATURATED.name(), Situation.OPENING.name(), Situation.NOT_PREPARED.name());

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
        long repeated;
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
    synchronized Decision happened(IncidentCause cause, String root, Instant now, long times, boolean refusal) {
        open.removeIf(one -> !now.isBefore(one.until.plus(one.length)));
        Optional<Open> known = latest(one -> now.isBefore(one.until) && isSame(one, cause, root));
        if (known.isEmpty()
                && open.stream().filter(one -> now.isBefore(one.until)).count() >= MAX_OPEN) {
            known = latest(one -> now.isBefore(one.until));
        }
        return known.map(one -> again(one, cause, times, refusal))
                .orElseGet(() -> begin(cause, root, now, times, refusal));
    }

    /** Sets the root cause of an incident, unless it is already known. {@link #UNKNOWN} ends the search for it. */
    synchronized void rootFound(String id, String root) {
        open.stream()
                .filter(one -> one.id.equals(id) && one.root.equals(UNKNOWN))
                .forEach(one -> one.root = root.equals(UNKNOWN) ? "unknown root of " + one.worst : root);
    }

    /** The id of the open incident for occurrences of this cause; empty if there is none. */
    synchronized Optional<String> current(IncidentCause cause, Instant now) {
        return last(cause).filter(one -> now.isBefore(one.until)).map(one -> one.id);
    }

    /** The id of the last incident with an occurrence of this cause; empty if there was none. */
    synchronized Optional<String> lastId(IncidentCause cause) {
        return last(cause).map(one -> one.id);
    }

    /** The number of further occurrences of an incident; empty if it is no longer known. */
    synchronized Optional<Long> repeated(String id) {
        return open.stream()
                .filter(one -> one.id.equals(id))
                .map(one -> one.repeated)
                .findFirst();
    }

    private Optional<Open> last(IncidentCause cause) {
        return Optional.ofNullable(lastOf.get(cause));
    }

    private Decision again(Open one, IncidentCause cause, long times, boolean refusal) {
        one.repeated += times;
        one.causes.add(cause);
        lastOf.put(cause, one);
        boolean isWorse = cause.severity() > one.worst.severity();
        if (isWorse) {
            one.worst = cause;
        }
        boolean isFirstRefusal = refusal && !one.refused;
        one.refused |= refusal;
        return new Decision(one.id, one.worst, false, isWorse || isFirstRefusal);
    }

    private Decision begin(IncidentCause cause, String root, Instant now, long times, boolean refusal) {
        Duration length = latest(one -> isSame(one, cause, root))
                .filter(one -> one.repeated > 0)
                .map(one -> shorter(one.length.multipliedBy(2), LONGEST))
                .orElse(SHORTEST);
        String first = TENTATIVE.contains(root) ? UNKNOWN : root;
        Open one = new Open(IncidentId.at(now), first, cause, now.plus(length), length);
        one.repeated = times - 1;
        one.refused = refusal;
        one.causes.add(cause);
        open.add(one);
        lastOf.put(cause, one);
        return new Decision(one.id, cause, true, false);
    }

    /** Compares the root causes, or the causes if a root cause is unknown. */
    private static boolean isSame(Open one, IncidentCause cause, String root) {
        if (one.root.equals(UNKNOWN)) {
            return true; // The incident has just begun, and its root cause is being determined.
        }
        boolean isUncertain = root.equals(UNKNOWN) || TENTATIVE.contains(root);
        return one.root.equals(root) || (isUncertain && one.causes.contains(cause));
    }

    private Optional<Open> latest(Predicate<Open> such) {
        return open.stream().filter(such).reduce((first, second) -> second);
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
