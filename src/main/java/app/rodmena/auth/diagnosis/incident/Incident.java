package app.rodmena.auth.diagnosis.incident;

import java.time.Duration;
import java.time.Instant;

/**
 * A recorded incident with the state at its start. Immutable.
 *
 * @param id the id; ids sort by time
 * @param time the time of its first occurrence
 * @param cause its most severe cause when it was recorded
 * @param sentence its description
 * @param repetitions the number of further occurrences, which were attributed to this incident
 * @param frozenAfter the time from the occurrence until the state was recorded
 * @param document the complete incident as JSON
 */
public record Incident(
        String id,
        Instant time,
        IncidentCause cause,
        String sentence,
        long repetitions,
        Duration frozenAfter,
        IncidentDocument document) {
    /** A copy with another number of further occurrences; the document keeps the old number. */
    Incident withRepetitions(long repetitions) {
        return new Incident(id, time, cause, sentence, repetitions, frozenAfter, document);
    }
}
