package app.rodmena.auth.admin;

import app.rodmena.auth.core.Core;
import app.rodmena.auth.diagnosis.Diagnosis;
import app.rodmena.auth.diagnosis.DiagnosisText;
import app.rodmena.auth.diagnosis.Diagnostics;
import app.rodmena.auth.diagnosis.incident.ActionOutcomeUnknownException;
import app.rodmena.auth.diagnosis.incident.ActionResult;
import app.rodmena.auth.diagnosis.incident.BackendActions;
import app.rodmena.auth.diagnosis.incident.DiagnosisHtml;
import app.rodmena.auth.diagnosis.incident.DiagnosisJson;
import app.rodmena.auth.diagnosis.incident.Incident;
import app.rodmena.auth.diagnosis.incident.IncidentDocument;
import app.rodmena.auth.diagnosis.incident.Incidents;
import app.rodmena.auth.security.AuditLog;
import app.rodmena.auth.security.OperatorSession;
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
    private static final String SINGLE_FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:;"
            + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static final HttpString CONTENT_SECURITY_POLICY = new HttpString("Content-Security-Policy");

    private final Diagnostics diagnostics;
    private final Incidents incidents;
    private final BackendActions actions;

    DiagnosisEndpoints(Core core) {
        diagnostics = core.diagnostics();
        incidents = core.incidents();
        actions = core.actions();
    }

    void addTo(AdminRoutes routes) {
        routes.readBlocking("/diagnosis", this::diagnosis);
        routes.read("/incidents", request -> Reply.json(incidents.newestFirst()));
        routes.readPrefix("/incidents/", this::incident);
        routes.change("/actions/cancelQuery", request -> act(request, "connection", actions::cancelQuery));
        routes.change("/actions/terminateBackend", request -> act(request, "pid", actions::terminateBackend));
    }

    private Reply diagnosis(AdminRequest request) {
        Diagnosis diagnosis = diagnostics.current(MAX_AGE);
        return switch (ContentNegotiation.preferred(request.accept())) {
            case JSON -> Reply.of(200, Reply.JSON, DiagnosisJson.bytes(diagnosis));
            case TEXT -> Reply.text(DiagnosisText.of(diagnosis));
            case HTML -> singleFilePage(DiagnosisHtml.of(diagnosis));
        };
    }

    private Reply incident(AdminRequest request) {
        Optional<IncidentDocument> found = incidents.find(request.rest()).map(Incident::document);
        if (found.isEmpty()) {
            return Reply.error(404, "No such incident; old incidents are deleted");
        }
        IncidentDocument incident = found.get();
        return switch (ContentNegotiation.preferred(request.accept())) {
            case JSON -> Reply.of(200, Reply.JSON, incident.json());
            case TEXT -> Reply.text(incident.text());
            case HTML -> singleFilePage(incident.html());
        };
    }

    private static Reply singleFilePage(String html) {
        return Reply.of(200, Reply.HTML, html.getBytes(StandardCharsets.UTF_8))
                .with(CONTENT_SECURITY_POLICY, SINGLE_FILE_POLICY);
    }

    private static Reply act(AdminRequest request, String target, BackendAction action) {
        JsonFields fields = JsonFields.of(request.body(), Set.of(target, DRY_RUN));
        int number = fields.integer(target)
                .orElseThrow(() -> new BadRequestException(target + ": is missing; must be a whole number"));
        try {
            ActionResult result = action.to(number, fields.flag(DRY_RUN));
            audit(request.session(), result);
            return Reply.json(result);
        } catch (ActionOutcomeUnknownException e) {
            audit(request.session(), e.result());
            return Reply.error(503, e.getMessage()).with(Headers.RETRY_AFTER, "1");
        }
    }

    private static void audit(OperatorSession session, ActionResult result) {
        AuditLog.changed(
                session,
                "invoked %s%s: %s".formatted(result.action(), result.dryRun() ? " (dry run)" : "", result.outcome()));
    }

    @FunctionalInterface
    private interface BackendAction {
        ActionResult to(int number, boolean dryRun);
    }
}
