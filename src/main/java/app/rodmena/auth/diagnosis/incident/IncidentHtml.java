package app.rodmena.auth.diagnosis.incident;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Formats an incident as a self-contained HTML file without scripts or external resources, suitable for printing. */
final class IncidentHtml {
    private static final String STYLE = """
            body { font: 15px/1.45 system-ui, sans-serif; margin: 2em auto; max-width: 62em; padding: 0 1em; color: #1d2330 }
            h1 { font-size: 1.35em; border-left: .35em solid #c0392b; padding-left: .6em }
            h2 { font-size: 1.05em; margin: 1.8em 0 .4em }
            p.facts, figcaption { color: #5b6475; margin: .3em 0 }
            table { border-collapse: collapse; width: 100%; font-size: .85em }
            th, td { text-align: left; vertical-align: top; padding: .25em .7em .25em 0; border-bottom: 1px solid #dde1e8 }
            th { color: #5b6475; font-weight: 600 }
            td { overflow-wrap: break-word }
            td.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
            code, pre { font: .9em/1.4 ui-monospace, monospace }
            pre { background: #f4f5f8; padding: .7em .9em; white-space: pre-wrap; overflow-wrap: anywhere }
            figure { margin: .8em 0 }
            svg { width: 100%; height: auto }
            svg text { font-size: 11px; fill: #5b6475 } .x { text-anchor: middle } .y { text-anchor: end }
            .frame { fill: none; stroke: #b8bfcc } .area { fill: #9db7e0 }
            .line { fill: none; stroke: #22427c; stroke-width: 1.5 } .bad { fill: none; stroke: #c0392b; stroke-width: 1.5 }
            .limit { fill: none; stroke: #5b6475; stroke-dasharray: 4 4 }
            @media print { body { margin: 0; max-width: none } h2 { break-after: avoid } tr, figure { break-inside: avoid } }
            """;

    private static final int MAX_CELL_LENGTH = 160;

    private final JsonNode incident;
    private final JsonNode diagnosis;
    private final StringBuilder html = new StringBuilder(65_536);

    private IncidentHtml(JsonNode incident) {
        this.incident = incident;
        this.diagnosis = incident.path("diagnosis");
    }

    static String of(JsonNode incident) {
        return new IncidentHtml(incident).write();
    }

    /** A diagnosis without an incident, in the same format. */
    static String ofDiagnosis(JsonNode diagnosis) {
        ObjectNode wrapper = DiagnosisJson.MAPPER.createObjectNode();
        wrapper.set("diagnosis", diagnosis);
        return new IncidentHtml(wrapper).writeDiagnosis();
    }

    private String write() {
        String id = text(incident, "id");
        begin("Incident " + id, text(incident, "sentence"));
        html.append("<p class='facts'>Incident %s: %s at %s on %s, recorded after %s ms, repeated %s times%s</p>"
                .formatted(
                        id,
                        text(incident, "cause"),
                        text(incident, "time"),
                        text(incident, "instance"),
                        text(incident, "frozenAfterMillis"),
                        text(incident, "swallowed"),
                        IncidentText.end(incident)));
        if (!text(incident, "sentence").equals(text(diagnosis, "sentence"))) {
            html.append("<p>%s</p>".formatted(text(diagnosis, "sentence")));
        }
        for (JsonNode stage : incident.path("stages")) {
            html.append("<p>Earlier, %s: %s</p>".formatted(text(stage, "cause"), text(stage, "sentence")));
        }
        return writeSections();
    }

    private String writeDiagnosis() {
        begin("Pool diagnosis", text(diagnosis, "sentence"));
        html.append("<p class='facts'>%s at %s</p>".formatted(text(diagnosis, "situation"), text(diagnosis, "time")));
        return writeSections();
    }

    private void begin(String title, String sentence) {
        html.append("<!doctype html><html lang='en'><head><meta charset='utf-8'><title>%s</title>".formatted(title));
        html.append("<meta name='viewport' content='width=device-width'><style>")
                .append(STYLE)
                .append("</style></head><body>");
        html.append("<h1>%s</h1>".formatted(sentence));
    }

    private String writeSections() {
        steps();
        history();
        holders();
        table("Waiting requests", diagnosis.path("waiters"), "count:#", "longestMillis:#ms", "route");
        table(
                "PostgreSQL's backends",
                diagnosis.path("postgres").path("backends"),
                "pid:#",
                "application",
                "user",
                "state",
                "stateForMillis:#ms",
                "waitEvent:waits for",
                "query");
        activity("The minute before the incident", incident.path("before"));
        activity("From the start of the incident until its end", incident.path("during"));
        lines("Not visible", diagnosis.path("blindSpots"));
        table(
                "Last events, newest first",
                incident.path("events"),
                "time",
                "kind",
                "connection:#",
                "backendPid:#pid",
                "tookMillis:#ms",
                "route",
                "tenant",
                "callers:#",
                "cause");
        html.append("<h2>The diagnosis as text</h2><pre>%s</pre>".formatted(text(diagnosis, "text")));
        return html.append("</body></html>\n").toString();
    }

    private void activity(String title, JsonNode past) {
        if (past.isObject()) {
            html.append("<h2>%s</h2><pre>%s</pre>".formatted(title, text(past, "text")));
        }
    }

    private void steps() {
        JsonNode steps = diagnosis.path("steps");
        if (steps.isEmpty()) {
            return;
        }
        html.append("<h2>Recommendations, safest first</h2><ol>");
        for (JsonNode step : steps) {
            html.append("<li>").append(text(step, "what"));
            if (!text(step, "command").isEmpty()) {
                html.append("<pre>%s</pre>".formatted(text(step, "command")));
            }
            html.append("</li>");
        }
        html.append("</ol>");
    }

    private void history() {
        List<JsonNode> seconds = new ArrayList<>();
        incident.path("history").forEach(seconds::add);
        if (seconds.isEmpty()) {
            return;
        }
        html.append("<h2>History by second</h2>");
        html.append(new HistoryChart(seconds)
                .fit(HistorySecond::maximum)
                .fit(HistorySecond::waiting)
                .draw("area", HistorySecond::inUse)
                .draw("limit", HistorySecond::maximum)
                .draw("bad", HistorySecond::waiting)
                .svg("Connections in use (area), their maximum (dashed), waiting callers (red)"));
        html.append(new HistoryChart(seconds)
                .fit(HistorySecond::checkouts)
                .fit(HistorySecond::refusals)
                .draw("line", HistorySecond::checkouts)
                .draw("bad", HistorySecond::refusals)
                .svg("Checkouts per second (blue), refused callers per second (red)"));
        html.append(new HistoryChart(seconds)
                .fit(HistorySecond::p99Use)
                .fit(HistorySecond::p99Wait)
                .draw("line", HistorySecond::p99Use)
                .draw("bad", HistorySecond::p99Wait)
                .svg("p99 of uses (blue) and of waits (red), in milliseconds"));
    }

    private void holders() {
        table(
                "Connections in use, longest first",
                diagnosis.path("holders"),
                "connectionId:#",
                "backendPid:#pid",
                "heldForMillis:#ms",
                "verdict",
                "route",
                "tenant",
                "because",
                "lastSql");
        for (JsonNode holder : diagnosis.path("holders")) {
            if (!holder.path("stack").isEmpty()) {
                lines(
                        "Stack of connection %s (thread %s)"
                                .formatted(text(holder, "connectionId"), text(holder, "thread")),
                        holder.path("stack"));
                lines("Stack at its checkout", holder.path("checkoutStack"));
            }
        }
    }

    private void lines(String title, JsonNode lines) {
        if (!lines.isEmpty()) {
            List<String> all = new ArrayList<>();
            lines.forEach(line -> all.add(escaped(line.asText())));
            html.append("<h2>%s</h2><pre>%s</pre>".formatted(title, String.join("\n", all)));
        }
    }

    /** @param columns field names, or {@code name:head}; a head that begins with # marks a numeric column */
    private void table(String title, JsonNode rows, String... columns) {
        if (rows.isEmpty()) {
            return;
        }
        html.append("<h2>%s</h2><table><tr>".formatted(title));
        html.append(Stream.of(columns)
                .map(column -> "<th>" + head(column) + "</th>")
                .collect(Collectors.joining()));
        html.append("</tr>");
        for (JsonNode row : rows) {
            html.append("<tr>");
            for (String column : columns) {
                html.append(column.contains(":#") ? "<td class='n'>" : "<td>");
                html.append(shortened(row, column.replaceFirst(":.*", ""))).append("</td>");
            }
            html.append("</tr>");
        }
        html.append("</table>");
    }

    private static String head(String column) {
        String name = column.replaceFirst(":.*", "");
        String head = column.contains(":") ? column.replaceFirst(".*:#?", "") : name;
        return head.isEmpty() ? name.toLowerCase(Locale.ROOT).replace("connectionid", "id") : head;
    }

    private static String shortened(JsonNode row, String field) {
        JsonNode value = row.path(field);
        return value.isTextual() && value.asText().length() > MAX_CELL_LENGTH
                ? escaped(value.asText().substring(0, MAX_CELL_LENGTH - 1) + "…")
                : text(row, field);
    }

    private static String text(JsonNode node, String field) {
        JsonNode value = node.path(field);
        if (value.isFloatingPointNumber()) {
            return String.format(Locale.ROOT, "%.1f", value.asDouble());
        }
        return value.isNull() ? "" : escaped(value.asText());
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("'", "&#39;")
                .replace("\"", "&quot;");
    }
}
