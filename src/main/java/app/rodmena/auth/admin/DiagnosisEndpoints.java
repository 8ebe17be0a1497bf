package app.rodmena.auth.admin;

import app.rodmena.auth.core.Core;
import app.rodmena.auth.diagnosis.Diagnosis;
import app.rodmena.auth.diagnosis.DiagnosisText;
import app.rodmena.auth.diagnosis.history.HistoryPeriod;
import app.rodmena.auth.diagnosis.history.PastDiagnosis;
import app.rodmena.auth.diagnosis.incident.BackendActions.ActionFailedException;
import app.rodmena.auth.diagnosis.incident.BackendActions.ActionResult;
import app.rodmena.auth.diagnosis.incident.DiagnosisHtml;
import app.rodmena.auth.diagnosis.incident.DiagnosisJson;
import app.rodmena.auth.diagnosis.incident.Incident;
import app.rodmena.auth.diagnosis.incident.IncidentDocument;
import app.rodmena.auth.http.HttpError;
import app.rodmena.auth.http.JsonFields;
import app.rodmena.auth.http.QueryParameters;
import app.rodmena.auth.http.Response;
import app.rodmena.auth.security.AuditLog;
import io.undertow.util.Headers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/** The current diagnosis, the recorded incidents, and actions on backends. */
record DiagnosisEndpoints(Core core) {
    private static final String AT = "at";
    private static final String FROM = "from";
    private static final String TO = "to";
    private static final String DRY_RUN = "dryRun";
    private static final Duration MAX_AGE = Duration.ofMillis(500);

    /** For a page that is a single file: allows inline styles and images, nothing else. */
    private static final String SINGLE_FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:;"
            + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    void addTo(AdminRoutes routes) {
        routes.readBlocking("/diagnosis", this::diagnosis);
        routes.read("/incidents", this::incidents);
        routes.read("/incidents/{id}", this::incident);
        routes.read("/incidents/{id}/recording", this::recording);
        routes.change("/actions/cancelQuery", request -> act(request, "connection", core.actions()::cancelQuery));
        routes.change("/actions/terminateBackend", request -> act(request, "pid", core.actions()::terminateBackend));
    }

    private Response diagnosis(AdminRequest request) {
        QueryParameters period = request.parameters(Set.of(AT, FROM, TO));
        if (!period.isEmpty()) {
            PastDiagnosis past = core.history()
                    .diagnose(HistoryPeriod.parse(
                            period.text(AT).orElse(""),
                            period.text(FROM).orElse(""),
                            period.text(TO).orElse(""),
                            Instant.now()));
            return document(request, () -> AdminJson.bytes(past), past::text, () -> DiagnosisHtml.of(past));
        }
        Diagnosis diagnosis = core.diagnostics().current(MAX_AGE);
        return document(
                request,
                () -> DiagnosisJson.bytes(diagnosis),
                () -> DiagnosisText.of(diagnosis),
                () -> DiagnosisHtml.of(diagnosis));
    }

    private Response incident(AdminRequest request) {
        Optional<IncidentDocument> found = core.incidents().find(request.name()).map(Incident::document);
        if (found.isEmpty()) {
            throw new HttpError(404, "No such incident; old incidents are deleted");
        }
        IncidentDocument incident = found.get();
        return document(request, incident::json, incident::text, incident::html);
    }

    private Response recording(AdminRequest request) {
        Path file = core.incidents()
                .recordings()
                .flatMap(files -> files.find(request.name()))
                .orElseThrow(() -> new HttpError(
                        404, "No such recording; --incident-recording records, and old recordings are deleted"));
        return Response.file("application/octet-stream", file)
                .with(Headers.CONTENT_DISPOSITION, "attachment; filename=\"%s\"".formatted(file.getFileName()));
    }

    private Response incidents(AdminRequest request) {
        List<Incident> newestFirst = core.incidents().newestFirst();
        return request.preferredOf(Response.JSON, Response.HTML).equals(Response.HTML)
                ? page(DiagnosisHtml.of(newestFirst))
                : AdminJson.response(newestFirst);
    }

    private static Response document(
            AdminRequest request, Supplier<byte[]> json, Supplier<String> text, Supplier<String> html) {
        return switch (request.preferredOf(Response.JSON, Response.TEXT, Response.HTML)) {
            case Response.TEXT -> Response.text(text.get());
            case Response.HTML -> page(html.get());
            default -> Response.json(200, json.get());
        };
    }

    private static Response page(String html) {
        return Response.of(200, Response.HTML, html.getBytes(StandardCharsets.UTF_8))
                .with(AdminHandler.CONTENT_SECURITY_POLICY, SINGLE_FILE_POLICY);
    }

    private static Response act(
            AdminRequest request, String target, BiFunction<Integer, Boolean, ActionResult> action) {
        JsonFields fields = request.fields(Set.of(target, DRY_RUN));
        int number = fields.integer(target)
                .orElseThrow(() -> HttpError.badRequest(target + ": is missing; must be a whole number"));
        try {
            ActionResult result = action.apply(number, fields.flag(DRY_RUN));
            AuditLog.changed(request.session(), "invoked " + result.summary());
            return AdminJson.response(result);
        } catch (ActionFailedException e) {
            AuditLog.changed(request.session(), "invoked " + e.result().summary());
            throw e.isRefused()
                    ? HttpError.badRequest(e.getMessage())
                    : HttpError.unavailable(e.getMessage(), Map.of(), 1);
        }
    }
}
