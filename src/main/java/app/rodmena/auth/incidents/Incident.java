package app.rodmena.auth.incidents;

import java.time.Duration;
import java.time.Instant;

/**
 * One incident, frozen: what was known when it began. Immutable.
 *
 * @param id what it is called; later ones sort behind earlier ones
 * @param time when it began
 * @param cause what with
 * @param sentence what was the matter
 * @param swallowed how often the same happened while this was the one that stood for it
 * @param frozenAfter how long it took from then until everything was frozen
 * @param document all of it, in JSON
 */
public record Incident(
        String id,
        Instant time,
        IncidentCause cause,
        String sentence,
        long swallowed,
        Duration frozenAfter,
        IncidentDocument document) {
    /** The same, which has happened again meanwhile; its document does not know of that. */
    Incident again(long swallowed) {
        return new Incident(id, time, cause, sentence, swallowed, frozenAfter, document);
    }
}
