package app.rodmena.auth.admin;

import app.rodmena.auth.incidents.Incident;
import java.time.Instant;

/**
 * An incident in a list; the whole of it is at {@code /incidents/<id>}.
 *
 * @param swallowed how often the same happened while it stood for all
 */
record IncidentSummary(String id, Instant time, String cause, String sentence, long swallowed) {
    static IncidentSummary of(Incident incident) {
        return new IncidentSummary(
                incident.id(), incident.time(), incident.cause().name(), incident.sentence(), incident.swallowed());
    }
}
