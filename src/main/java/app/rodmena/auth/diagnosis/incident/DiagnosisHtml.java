package app.rodmena.auth.diagnosis.incident;

import app.rodmena.auth.diagnosis.Diagnosis;
import app.rodmena.auth.diagnosis.Formats;
import app.rodmena.auth.diagnosis.Situation;
import app.rodmena.auth.diagnosis.history.PastDiagnosis;
import app.rodmena.auth.schema.WireFormat;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** Formats a diagnosis, one of a past period, and the list of incidents as self-contained HTML files. */
public final class DiagnosisHtml {
    private DiagnosisHtml() {}

    /** The complete diagnosis, beginning with its sentence. */
    public static String of(Diagnosis diagnosis) {
        return IncidentHtml.ofDiagnosis(DiagnosisJson.tree(diagnosis));
    }

    /** The diagnosis of a past period, with a chart of its seconds. */
    public static String of(PastDiagnosis past) {
        boolean isNeutral =
                past.situation().filter(worst -> worst != Situation.WELL).isEmpty();
        HtmlPage page = new HtmlPage("Pool diagnosis of a past period", past.sentence(), isNeutral);
        page.facts("%s to %s".formatted(WireFormat.time(past.from()), WireFormat.time(past.to())));
        page.links();
        List<JsonNode> seconds = new ArrayList<>();
        past.seconds().forEach(second -> seconds.add(DiagnosisJson.MAPPER.valueToTree(second)));
        page.append(ActivityChart.svg(seconds, ""));
        return page.pre(past.text()).end();
    }

    /** The incidents, newest first, each with a link. */
    public static String of(List<Incident> incidents) {
        HtmlPage page = new HtmlPage(
                "Incidents", incidents.isEmpty() ? "No incidents since start" : "Incidents, newest first", true);
        page.links();
        List<JsonNode> rows = new ArrayList<>();
        for (Incident incident : incidents) {
            ObjectNode row = DiagnosisJson.MAPPER.createObjectNode();
            row.putObject("incident")
                    .put("link", "/incidents/" + incident.id())
                    .put("text", WireFormat.time(incident.time()));
            row.put("lasted", incident.lasted().map(Formats::time).orElse("not ended"));
            row.put("cause", incident.cause().name());
            row.put("repetitions", incident.repetitions());
            row.putObject("sentence").put("link", "/incidents/" + incident.id()).put("text", incident.sentence());
            rows.add(row);
        }
        page.table("", rows, "incident:time", "lasted", "cause", "repetitions:#repeated", "sentence");
        return page.end();
    }
}
