package app.rodmena.auth.diagnosis.incident;

import static app.rodmena.auth.diagnosis.incident.DiagnosisJson.fill;

import app.rodmena.auth.diagnosis.Diagnosis;
import app.rodmena.auth.diagnosis.Formats;
import app.rodmena.auth.diagnosis.Situation;
import app.rodmena.auth.diagnosis.history.PastDiagnosis;
import app.rodmena.auth.diagnosis.incident.HistoryChart.Line;
import app.rodmena.auth.schema.WireFormat;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Formats a diagnosis, one of a past period, an incident and the list of incidents as self-contained HTML files: the
 * culprit and the steps first, then the evidence.
 */
public final class DiagnosisHtml {
    private static final int MAX_JOINED = 12;

    private final JsonNode incident;
    private final JsonNode diagnosis;
    private final HtmlPage page;

    private DiagnosisHtml(JsonNode incident, HtmlPage page) {
        this.incident = incident;
        this.diagnosis = incident.path("diagnosis");
        this.page = page;
    }

    /** The complete diagnosis, beginning with its sentence. */
    public static String of(Diagnosis diagnosis) {
        JsonNode wrapper = DiagnosisJson.MAPPER.createObjectNode().set("diagnosis", DiagnosisJson.tree(diagnosis));
        HtmlPage page = new HtmlPage("Pool diagnosis", diagnosis.sentence(), diagnosis.situation() == Situation.WELL);
        page.facts("%s at %s".formatted(diagnosis.situation(), WireFormat.time(diagnosis.time())));
        page.links();
        return new DiagnosisHtml(wrapper, page).writeSections();
    }

    /** The diagnosis of a past period, with a chart of its seconds. */
    public static String of(PastDiagnosis past) {
        boolean isNeutral =
                past.situation().filter(worst -> worst != Situation.WELL).isEmpty();
        HtmlPage page = new HtmlPage("Pool diagnosis of a past period", past.sentence(), isNeutral);
        page.facts("%s to %s".formatted(WireFormat.time(past.from()), WireFormat.time(past.to())));
        page.links();
        List<JsonNode> seconds = past.seconds().stream()
                .map(DiagnosisJson.MAPPER::<JsonNode>valueToTree)
                .toList();
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

    static String ofIncident(JsonNode incident) {
        String sentence = incident.path("sentence").asText();
        HtmlPage page = new HtmlPage(fill("Incident {id}", incident), sentence, false);
        page.facts(fill(
                        "Incident {id}: {cause} at {time} on {instance}, recorded after {frozenAfterMillis} ms,"
                                + " repeated {swallowed} times",
                        incident)
                + IncidentText.end(incident));
        String diagnosed = incident.path("diagnosis").path("sentence").asText();
        if (!sentence.equals(diagnosed)) {
            page.paragraph(diagnosed);
        }
        for (JsonNode stage : incident.path("stages")) {
            page.paragraph(fill("Earlier, {cause}: {sentence}", stage));
        }
        return new DiagnosisHtml(incident, page).writeSections();
    }

    private String writeSections() {
        culprits();
        steps();
        activityChart();
        history();
        holders();
        page.table(
                "Waiting requests",
                diagnosis.path("waiters"),
                "count:#",
                "longestMillis:#longest, ms",
                "route",
                "requestId:request with the longest wait");
        page.table(
                "PostgreSQL's backends",
                diagnosis.path("postgres").path("backends"),
                "pid:#",
                "application",
                "user",
                "state",
                "stateForMillis:#in this state, ms",
                "waitEvent:waits for",
                "query:!query");
        activity("The minute before the incident", incident.path("before"));
        activity("From the start of the incident until its end", incident.path("during"));
        page.lines("Not visible", diagnosis.path("blindSpots"));
        stacks("Stack", "stack");
        stacks("Stack at the checkout", "checkoutStack");
        page.table(
                "Last events, newest first",
                incident.path("events"),
                "time",
                "kind",
                "connection:#",
                "backendPid:#pid",
                "tookMillis:#took, ms",
                "route",
                "tenant",
                "callers:#",
                "requestId:request",
                "traceId:trace",
                "cause");
        page.heading("The diagnosis as text").pre(diagnosis.path("text").asText());
        return page.end();
    }

    /** The sessions that block the pool's connections, with their last statements. */
    private void culprits() {
        for (List<JsonNode> holders : grouped(holder -> identity(holder.path("culprit")))) {
            JsonNode culprit = holders.get(0).path("culprit");
            if (!culprit.isObject()) {
                continue;
            }
            String who = culprit.path("pid").asInt() == 0 ? "A prepared transaction" : "pid {pid}";
            Duration lasting = Duration.ofMillis(culprit.path("lastingMillis").asLong());
            String state =
                    culprit.path("state").asText().isEmpty() ? "" : ", {state} for " + Formats.time(lasting) + ",";
            String sentence = fill(who + " ({application}, user {user})" + state, culprit)
                    + " blocks %s of the pool's connections".formatted(holders.size());
            page.append("<div class='culprit'><p>%s</p>".formatted(HtmlPage.escaped(sentence)));
            String query = culprit.path("query").asText();
            if (!query.isEmpty()) {
                page.pre(query);
            }
            page.append("</div>");
        }
    }

    private void activity(String title, JsonNode past) {
        if (past.isObject()) {
            page.heading(title).pre(past.path("text").asText());
        }
    }

    private void steps() {
        JsonNode steps = diagnosis.path("steps");
        if (steps.isEmpty()) {
            return;
        }
        page.heading("Recommendations, safest first").append("<ol>");
        for (JsonNode step : steps) {
            page.append("<li>").append(HtmlPage.text(step, "what"));
            if (!step.path("command").asText().isEmpty()) {
                page.pre(step.path("command").asText());
            }
            page.append("</li>");
        }
        page.append("</ol>");
    }

    private void activityChart() {
        List<JsonNode> seconds = Stream.of("before", "during")
                .flatMap(period -> incident.path(period).path("seconds").valueStream())
                .toList();
        page.append(ActivityChart.svg(seconds, incident.path("time").asText()));
    }

    private void history() {
        List<JsonNode> seconds = incident.path("history").valueStream().toList();
        if (seconds.isEmpty()) {
            return;
        }
        page.heading("History by second");
        page.append(HistoryChart.svg(
                "Connections in use (area), their maximum (dashed), waiting callers (red)",
                seconds,
                new Line("area", "/peakCheckedOut"),
                new Line("limit", "/numbers/maximum"),
                new Line("bad", "/numbers/waiting")));
        page.append(HistoryChart.svg(
                "Checkouts per second (blue), refused callers per second (red)",
                seconds,
                new Line("line", "/checkouts"),
                new Line("bad", "/refused")));
        page.append(HistoryChart.svg(
                "p99 of uses (blue) and of waits (red), in milliseconds",
                seconds,
                new Line("line", "/uses/p99Millis"),
                new Line("bad", "/waits/p99Millis")));
    }

    /** Prepared transactions have no pid; their application is their identifier. */
    private static List<JsonNode> identity(JsonNode blocker) {
        return List.of(blocker.path("pid"), blocker.path("application"));
    }

    /** Connections with the same verdict, route, statement and blocker are one row. */
    private void holders() {
        List<JsonNode> rows = new ArrayList<>();
        for (List<JsonNode> group : grouped(holder -> List.<Object>of(
                holder.path("verdict"),
                holder.path("route"),
                holder.path("lastSql"),
                identity(holder.path("culprit"))))) {
            ObjectNode row = group.get(0).deepCopy();
            row.put("times", group.size() == 1 ? "" : "× " + group.size());
            row.put("connectionId", joined(group, "connectionId"));
            row.put("backendPid", joined(group, "backendPid"));
            row.put("requestId", joined(group, "requestId"));
            rows.add(row);
        }
        page.table(
                "Connections in use, longest first",
                rows,
                "verdict",
                "times:#",
                "heldForMillis:#in use, ms",
                "route",
                "because",
                "lastSql:!last SQL",
                "connectionId:connections",
                "backendPid:pids",
                "tenant",
                "requestId:requests");
    }

    /** Each different stack once, with the connections that have it. */
    private void stacks(String title, String field) {
        for (List<JsonNode> group : grouped(holder -> holder.path(field))) {
            page.lines(
                    "%s of connection %s (thread %s)"
                            .formatted(
                                    title,
                                    joined(group, "connectionId"),
                                    group.get(0).path("thread").asText()),
                    group.get(0).path(field));
        }
    }

    /** The connections in use with an equal key, in their order. */
    private Collection<List<JsonNode>> grouped(Function<JsonNode, Object> key) {
        return diagnosis
                .path("holders")
                .valueStream()
                .collect(Collectors.groupingBy(key, LinkedHashMap::new, Collectors.toList()))
                .values();
    }

    private static String joined(List<JsonNode> holders, String field) {
        String joined = holders.stream()
                .limit(MAX_JOINED)
                .map(holder -> holder.path(field).asText())
                .filter(text -> !text.isEmpty())
                .collect(Collectors.joining(", "));
        return holders.size() > MAX_JOINED ? joined + " …" : joined;
    }
}
