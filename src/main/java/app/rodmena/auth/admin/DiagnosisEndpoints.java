package app.rodmena.auth.admin;

import app.rodmena.auth.diagnosis.Diagnosis;
import app.rodmena.auth.diagnosis.DiagnosisText;
import app.rodmena.auth.diagnosis.Diagnostics;
import app.rodmena.auth.incidents.ActionOutcomeUnknownException;
import app.rodmena.auth.incidents.ActionResult;
import app.rodmena.auth.incidents.BackendActions;
import app.rodmena.auth.incidents.DiagnosisHtml;
import app.rodmena.auth.incidents.DiagnosisJson;
import app.rodmena.auth.incidents.Incident;
import app.rodmena.auth.incidents.IncidentDocument;
import app.rodmena.auth.incidents.Incidents;
import app.rodmena.auth.operators.AuditLog;
import app.rodmena.auth.operators.OperatorSession;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** The current diagnosis, the recorded incidents, and actions on backends. */
final class DiagnosisEndpoints {
    private static final String DRY_RUN = "dryRun";
    private static final Duration MAX_AGE = Duration.ofMillis(500);

    /** For a page that is a single file: allows inline styles and images, nothing else. */
    private static final String SELF_CONTAINED = "default-src 'none'; style-src 'unsafe-inline'; img-src data:;"
            + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static final HttpString POLICY = new HttpString("Content-Security-Policy");

    private final Diagnostics diagnostics;
    private final Incidents incidents;
    private final BackendActions remedies;

    DiagnosisEndpoints(Diagnostics diagnostics, Incidents incidents, BackendActions remedies) {
        this.diagnostics = diagnostics;
        this.incidents = incidents;
        this.remedies = remedies;
    }

    void addTo(AdminRoutes pages) {
        pages.readPatiently("/diagnosis", this::diagnosis);
        pages.read(
                "/incidents",
                asked -> Reply.json(incidents.newestFirst().stream()
                        .map(IncidentSummary::of)
                        .toList()));
        pages.readBelow("/incidents/", this::incident);
        pages.change("/actions/cancelQuery", asked -> remedy(asked, "connection", remedies::cancelQuery));
        pages.change("/actions/terminateBackend", asked -> remedy(asked, "pid", remedies::terminateBackend));
    }

    private Reply diagnosis(AdminRequest asked) {
        Diagnosis diagnosis = diagnostics.current(MAX_AGE);
        return switch (ContentNegotiation.preferred(asked.accept())) {
            case JSON -> Reply.of(200, Reply.JSON, DiagnosisJson.bytes(diagnosis));
            case TEXT -> Reply.text(DiagnosisText.of(diagnosis));
            case HTML -> file(DiagnosisHtml.of(diagnosis));
        };
    }

    private Reply incident(AdminRequest asked) {
        Optional<IncidentDocument> found = incidents.find(asked.rest()).map(Incident::document);
        if (found.isEmpty()) {
            return Reply.error(404, "No such incident, or not any more");
        }
        IncidentDocument incident = found.get();
        return switch (ContentNegotiation.preferred(asked.accept())) {
            case JSON -> Reply.of(200, Reply.JSON, incident.json());
            case TEXT -> Reply.text(incident.text());
            case HTML -> file(incident.html());
        };
    }

    private static Reply file(String html) {
        return Reply.of(200, Reply.HTML, html.getBytes(StandardCharsets.UTF_8)).with(POLICY, SELF_CONTAINED);
    }

    private static Reply remedy(AdminRequest asked, String target, Doing doing) {
        JsonFields wanted = JsonFields.of(asked.body(), Set.of(target, DRY_RUN));
        int number = wanted.integer(target)
                .orElseThrow(() -> new BadRequestException(target + " is needed: a whole number"));
        try {
            ActionResult remedy = doing.to(number, wanted.flag(DRY_RUN));
            audit(asked.caller(), remedy);
            return Reply.json(remedy);
        } catch (ActionOutcomeUnknownException e) {
            audit(asked.caller(), e.remedy());
            return Reply.error(503, e.getMessage()).with(Headers.RETRY_AFTER, "1");
        }
    }

    private static void audit(OperatorSession caller, ActionResult remedy) {
        AuditLog.changed(
                caller,
                "invoked %s%s: %s".formatted(remedy.action(), remedy.dryRun() ? " (dry run)" : "", remedy.outcome()));
    }

    @FunctionalInterface
    private interface Doing {
        ActionResult to(int number, boolean dryRun);
    }
}
