package app.rodmena.auth.diagnosis.incident;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;

/** Incidents in the format of their files. */
final class Samples {
    private Samples() {}

    static Incident incident(String id) {
        String json = """
                {"id": "%s", "time": "2026-01-01T00:00:00Z", "cause": "TIMEOUT", "sentence": "All in use",
                 "swallowed": 3, "frozenAfterMillis": 5, "instance": "test", "diagnosis": {"sentence": "All in use",
                 "text": "All in use\\n"}, "events": [], "history": []}
                """.formatted(id);
        try {
            return IncidentDocument.read(json.getBytes(UTF_8));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
