package app.rodmena.auth.admin;

import app.rodmena.auth.diagnosis.Diagnosis;
import app.rodmena.auth.diagnosis.DiagnosisText;
import app.rodmena.auth.diagnosis.Diagnostics;
import app.rodmena.auth.incidents.DiagnosisHtml;
import app.rodmena.auth.incidents.DiagnosisJson;
import app.rodmena.auth.incidents.Incident;
import app.rodmena.auth.incidents.IncidentDocument;
import app.rodmena.auth.incidents.Incidents;
import app.rodmena.auth.incidents.Remedies;
import app.rodmena.auth.incidents.Remedy;
import app.rodmena.auth.incidents.RemedyUnanswered;
import app.rodmena.auth.operators.Audit;
import app.rodmena.auth.operators.Caller;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** Why the pool is not well, what was the matter before, and what can be done about it. */
final class TroublePages {
    private static final String DRY_RUN = "dryRun";
    private static final Duration MAX_AGE = Duration.ofMillis(500);

    /** A page that is one file has its style in it, and nothing else. */
    private static final String SELF_CONTAINED = "default-src 'none'; style-src 'unsafe-inline'; img-src data:;"
            + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static final HttpString POLICY = new HttpString("Content-Security-Policy");

    private final Diagnostics diagnostics;
    private final Incidents incidents;
    private final Remedies remedies;

    TroublePages(Diagnostics diagnostics, Incidents incidents, Remedies remedies) {
        this.diagnostics = diagnostics;
        this.incidents = incidents;
        this.remedies = remedies;
    }

    void addTo(Pages pages) {
        pages.readPatiently("/diagnosis", this::diagnosis);
        pages.read(
                "/incidents",
                asked -> Reply.json(
                        incidents.newestFirst().stream().map(IncidentRow::of).toList()));
        pages.readBelow("/incidents/", this::incident);
        pages.change("/actions/cancelQuery", asked -> remedy(asked, "connection", remedies::cancelQuery));
        pages.change("/actions/terminateBackend", asked -> remedy(asked, "pid", remedies::terminateBackend));
    }

    private Reply diagnosis(Asked asked) {
        Diagnosis diagnosis = diagnostics.current(MAX_AGE);
        return switch (Form.preferred(asked.accept())) {
            case JSON -> Reply.of(200, Reply.JSON, DiagnosisJson.bytes(diagnosis));
            case TEXT -> Reply.text(DiagnosisText.of(diagnosis));
            case HTML -> file(DiagnosisHtml.of(diagnosis));
        };
    }

    private Reply incident(Asked asked) {
        Optional<IncidentDocument> found = incidents.find(asked.rest()).map(Incident::document);
        if (found.isEmpty()) {
            return Reply.error(404, "No such incident, or not any more");
        }
        IncidentDocument incident = found.get();
        return switch (Form.preferred(asked.accept())) {
            case JSON -> Reply.of(200, Reply.JSON, incident.json());
            case TEXT -> Reply.text(incident.text());
            case HTML -> file(incident.html());
        };
    }

    private static Reply file(String html) {
        return Reply.of(200, Reply.HTML, html.getBytes(StandardCharsets.UTF_8)).with(POLICY, SELF_CONTAINED);
    }

    private static Reply remedy(Asked asked, String target, Doing doing) {
        JsonFields wanted = JsonFields.of(asked.body(), Set.of(target, DRY_RUN));
        int number = wanted.integer(target).orElseThrow(() -> new BadRequest(target + " is needed: a whole number"));
        try {
            Remedy remedy = doing.to(number, wanted.flag(DRY_RUN));
            audit(asked.caller(), remedy);
            return Reply.json(remedy);
        } catch (RemedyUnanswered e) {
            audit(asked.caller(), e.remedy());
            return Reply.error(503, e.getMessage()).with(Headers.RETRY_AFTER, "1");
        }
    }

    private static void audit(Caller caller, Remedy remedy) {
        Audit.done(
                caller,
                "invoked %s%s: %s".formatted(remedy.action(), remedy.dryRun() ? " (dry run)" : "", remedy.outcome()));
    }

    @FunctionalInterface
    private interface Doing {
        Remedy to(int number, boolean dryRun);
    }
}
