package app.rodmena.auth.admin;

import app.rodmena.auth.diagnosis.incident.Incident;
import java.time.Instant;

/**
 * An incident in a list; the full document is at {@code /incidents/<id>}.
 *
 * @param swallowed number of repetitions that were not recorded as incidents of their own
 */
record IncidentSummary(String id, Instant time, String cause, String sentence, long swallowed) {
    static IncidentSummary of(Incident incident) {
        return new IncidentSummary(
                incident.id(), incident.time(), incident.cause().name(), incident.sentence(), incident.repetitions());
    }
}
