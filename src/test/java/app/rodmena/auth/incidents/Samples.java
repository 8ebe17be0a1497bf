package app.rodmena.auth.incidents;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;

/** Incidents as they are found in files. */
final class Samples {
    private Samples() {}

    static Incident incident(String id) {
        String json = """
                {"id": "%s", "time": "2026-01-01T00:00:00Z", "cause": "TIMEOUT", "sentence": "All are out",
                 "swallowed": 3, "frozenAfterMillis": 5, "instance": "test", "diagnosis": {"sentence": "All are out",
                 "text": "All are out\\n"}, "events": [], "history": []}
                """.formatted(id);
        try {
            return IncidentDocument.read(json.getBytes(UTF_8));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
