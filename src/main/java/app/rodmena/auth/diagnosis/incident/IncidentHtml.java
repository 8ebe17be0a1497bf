package app.rodmena.auth.diagnosis.incident;

import app.rodmena.auth.diagnosis.Formats;
import app.rodmena.auth.diagnosis.incident.HistoryChart.Line;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Formats an incident as a self-contained HTML file: the culprit and the steps first, then the evidence. */
final class IncidentHtml {
    private static final int MAX_JOINED = 12;

    private final JsonNode incident;
    private final JsonNode diagnosis;
    private final HtmlPage page;

    private IncidentHtml(JsonNode incident, HtmlPage page) {
        this.incident = incident;
        this.diagnosis = incident.path("diagnosis");
        this.page = page;
    }

    static String of(JsonNode incident) {
        HtmlPage page = new HtmlPage(
                "Incident " + incident.path("id").asText(),
                incident.path("sentence").asText(),
                false);
        return new IncidentHtml(incident, page).write();
    }

    /** A diagnosis without an incident, in the same format. */
    static String ofDiagnosis(JsonNode diagnosis) {
        ObjectNode wrapper = DiagnosisJson.MAPPER.createObjectNode();
        wrapper.set("diagnosis", diagnosis);
        String situation = diagnosis.path("situation").asText();
        HtmlPage page =
                new HtmlPage("Pool diagnosis", diagnosis.path("sentence").asText(), situation.equals("WELL"));
        page.facts("%s at %s".formatted(situation, diagnosis.path("time").asText()));
        page.links();
        return new IncidentHtml(wrapper, page).writeSections();
    }

    private String write() {
        page.facts("Incident %s: %s at %s on %s, recorded after %s ms, repeated %s times%s"
                .formatted(
                        incident.path("id").asText(),
                        incident.path("cause").asText(),
                        incident.path("time").asText(),
                        incident.path("instance").asText(),
                        incident.path("frozenAfterMillis").asText(),
                        incident.path("swallowed").asText(),
                        IncidentText.end(incident)));
        if (!incident.path("sentence").equals(diagnosis.path("sentence"))) {
            page.paragraph(diagnosis.path("sentence").asText());
        }
        for (JsonNode stage : incident.path("stages")) {
            page.paragraph("Earlier, %s: %s"
                    .formatted(
                            stage.path("cause").asText(), stage.path("sentence").asText()));
        }
        return writeSections();
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
        Map<List<JsonNode>, List<JsonNode>> blocked = new LinkedHashMap<>();
        for (JsonNode holder : diagnosis.path("holders")) {
            if (holder.path("culprit").isObject()) {
                blocked.computeIfAbsent(identity(holder.path("culprit")), session -> new ArrayList<>())
                        .add(holder);
            }
        }
        blocked.forEach((session, holders) -> {
            JsonNode culprit = holders.get(0).path("culprit");
            int pid = culprit.path("pid").asInt();
            String state = culprit.path("state").asText();
            String who = "%s (%s, user %s)%s blocks %s of the pool's connections"
                    .formatted(
                            pid == 0 ? "A prepared transaction" : "pid " + pid,
                            culprit.path("application").asText(),
                            culprit.path("user").asText(),
                            state.isEmpty()
                                    ? ""
                                    : ", %s for %s,"
                                            .formatted(
                                                    state,
                                                    Formats.time(Duration.ofMillis(culprit.path("lastingMillis")
                                                            .asLong()))),
                            holders.size());
            page.append("<div class='culprit'><p>%s</p>".formatted(HtmlPage.escaped(who)));
            String query = culprit.path("query").asText();
            if (!query.isEmpty()) {
                page.pre(query);
            }
            page.append("</div>");
        });
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
        List<JsonNode> seconds = new ArrayList<>();
        incident.path("before").path("seconds").forEach(seconds::add);
        incident.path("during").path("seconds").forEach(seconds::add);
        page.append(ActivityChart.svg(seconds, incident.path("time").asText()));
    }

    private void history() {
        List<JsonNode> seconds = new ArrayList<>();
        incident.path("history").forEach(seconds::add);
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
    private Iterable<List<JsonNode>> grouped(Function<JsonNode, Object> key) {
        Map<Object, List<JsonNode>> groups = new LinkedHashMap<>();
        diagnosis
                .path("holders")
                .forEach(holder -> groups.computeIfAbsent(key.apply(holder), same -> new ArrayList<>())
                        .add(holder));
        return groups.values();
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
