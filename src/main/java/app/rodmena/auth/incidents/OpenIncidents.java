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
 * Decides whether what happens is a new incident or belongs to one that is open. What has one root, as a lock, is one
 * incident for a minute, however it shows; while it goes on, it is a new one less and less often. Thread-safe.
 */
final class OpenIncidents {
    private static final Duration SHORTEST = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofHours(1);

    /** If there are more roots than that at once, the rest belong to the newest incident. */
    private static final int MAX_OPEN = 8;

    /** The root is not known. */
    static final String UNKNOWN = "";

    /** What a lock looks like at first, or the last diagnosis before it said: a new diagnosis has to find the root. */
    private static final Set<String> TENTATIVE =
            Set.of(Situation.SATURATED.name(), Situation.OPENING.name(), Situation.NOT_PREPARED.name());

    /**
     * Which incident an occurrence belongs to.
     *
     * @param id of that incident
     * @param cause the most severe one of that incident
     * @param isNew whether the incident begins with it
     * @param isWorse whether it is more severe than what the incident had so far, or its first refusal of callers
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

    /** Newest last; also those that are over but tell how long the next one of their root lasts. */
    private final List<Open> open = new ArrayList<>();

    private final Map<IncidentCause, Open> lastOf = new EnumMap<>(IncidentCause.class);

    /**
     * Something happened.
     *
     * @param root what is behind it; {@link #UNKNOWN} if that is not known
     * @param times how many callers it happened to
     * @param refusal whether they were refused
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

    /** The root of a new incident was found. */
    synchronized void rootFound(String id, String root) {
        open.stream()
                .filter(one -> one.id.equals(id) && one.root.equals(UNKNOWN))
                .forEach(one -> one.root = root.equals(UNKNOWN) ? "unknown root of " + one.worst : root);
    }

    /** The incident to which what happens now belongs; empty if there is none. */
    synchronized Optional<String> current(IncidentCause cause, Instant now) {
        return last(cause).filter(one -> now.isBefore(one.until)).map(one -> one.id);
    }

    /** The id of the last incident of that cause. */
    synchronized Optional<String> lastId(IncidentCause cause) {
        return last(cause).map(one -> one.id);
    }

    /** How often it has happened since the incident of that id began; empty if that is no longer known. */
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

    /** Where the root of either is not known, what shows in the same way is the same. */
    private static boolean isSame(Open one, IncidentCause cause, String root) {
        if (one.root.equals(UNKNOWN)) {
            return true; // It began a moment ago, and its root is about to be found.
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
