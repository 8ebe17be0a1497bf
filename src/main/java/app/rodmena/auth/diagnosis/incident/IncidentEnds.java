package app.rodmena.auth.diagnosis.incident;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Determines when incidents end: with the last occurrence, or the last diagnosis that showed a root cause, after which
 * several diagnoses show none. A later occurrence continues the incident. Thread-safe.
 */
final class IncidentEnds {
    /** The time without a sign of the incident after which it has ended. */
    static final Duration QUIET = Duration.ofSeconds(5);

    /** That time while PostgreSQL's view is missing, so that a lock could not be seen. */
    static final Duration QUIET_WITHOUT_VIEW = Duration.ofMinutes(1);

    /** After a pause of the process, the first diagnosis must show the root cause again. */
    private static final int MIN_QUIET_DIAGNOSES = 3;

    private static final int MAX_ROOTS = 20;

    private static final class Tracked {
        final long began;
        final Set<String> roots = new HashSet<>();
        long last;
        int quietDiagnoses;
        boolean ended;

        Tracked(long began) {
            this.began = began;
        }

        void addRoot(String root) {
            if (!root.equals(OpenIncidents.UNKNOWN) && roots.size() < MAX_ROOTS) {
                roots.add(root);
            }
        }

        void continueAt(long nanos) {
            last = nanos;
            quietDiagnoses = 0;
            ended = false;
        }
    }

    private final Map<String, Tracked> incidents = new LinkedHashMap<>();

    /** Registers an occurrence, which begins the incident or continues it. */
    synchronized void occurred(String id, String root, long nanos) {
        Tracked incident = incidents.computeIfAbsent(id, unused -> new Tracked(nanos));
        incident.addRoot(root);
        incident.continueAt(nanos);
        if (incidents.size() > Incidents.MAX_INCIDENTS) {
            incidents.remove(incidents.keySet().iterator().next());
        }
    }

    synchronized void rootFound(String id, String root) {
        Optional.ofNullable(incidents.get(id)).ifPresent(incident -> incident.addRoot(root));
    }

    /**
     * Registers a diagnosis.
     *
     * @param roots the root causes that it shows
     * @param hasView whether PostgreSQL answered
     * @return the ids of the incidents that have ended by now
     */
    synchronized List<String> diagnosed(Set<String> roots, boolean hasView, long nanos) {
        long quiet = (hasView ? QUIET : QUIET_WITHOUT_VIEW).toNanos();
        List<String> ended = new ArrayList<>();
        incidents.forEach((id, incident) -> {
            if (incident.ended && nanos - incident.last >= QUIET_WITHOUT_VIEW.toNanos()) {
                return; // Over: the same root cause is a new incident, and only a further occurrence continues this
                // one.
            }
            if (incident.roots.stream().anyMatch(roots::contains)) {
                incident.continueAt(nanos);
            } else if (!incident.ended
                    && ++incident.quietDiagnoses >= MIN_QUIET_DIAGNOSES
                    && nanos - incident.last >= quiet) {
                incident.ended = true;
                ended.add(id);
            }
        });
        return ended;
    }

    /** The duration of an incident; empty if it has not ended, or is not known. */
    synchronized Optional<Duration> lasted(String id) {
        return Optional.ofNullable(incidents.get(id))
                .filter(incident -> incident.ended)
                .map(incident -> Duration.ofNanos(incident.last - incident.began));
    }

    synchronized boolean isOngoing(String id) {
        return Optional.ofNullable(incidents.get(id))
                .filter(incident -> !incident.ended)
                .isPresent();
    }
}
