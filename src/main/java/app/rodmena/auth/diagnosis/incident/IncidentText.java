package app.rodmena.auth.diagnosis.incident;

import static app.rodmena.auth.diagnosis.incident.DiagnosisJson.fill;

import app.rodmena.auth.diagnosis.Formats;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;

/** Formats an incident as text for a terminal: the diagnosis, then the events and the history. */
final class IncidentText {
    private static final int MAX_EVENTS = 30;
    private static final int MINUTES = 15;
    private static final int CELLS = 90;
    private static final String BARS = " ▁▂▃▄▅▆▇█";

    private IncidentText() {}

    static String of(JsonNode incident) {
        StringBuilder text = new StringBuilder(8_192);
        text.append(fill(
                        "Incident {id}: {cause} at {time} on {instance}, recorded after {frozenAfterMillis} ms",
                        incident))
                .append(incident.path("swallowed").asLong() == 0 ? "" : fill(", repeated {swallowed} times", incident))
                .append(end(incident))
                .append("\n\n");
        String sentence = incident.path("sentence").asText();
        if (!sentence.equals(incident.path("diagnosis").path("sentence").asText())) {
            text.append(sentence).append("\n\n");
        }
        for (JsonNode stage : incident.path("stages")) {
            text.append(fill("Earlier, {cause}: {sentence}\n\n", stage));
        }
        text.append(incident.path("diagnosis").path("text").asText());
        activity("The minute before the incident", incident.path("before"), text);
        activity("From the start of the incident until its end", incident.path("during"), text);
        history(incident.path("history"), text);
        events(incident.path("events"), text);
        return text.toString();
    }

    private static void activity(String heading, JsonNode past, StringBuilder text) {
        if (past.isObject()) {
            text.append(fill("\n" + heading + ":\n{text}", past));
        }
    }

    /** For example {@code ; ended at 2026-11-23T15:36:10.118Z after 1 min 18 s}. */
    static String end(JsonNode incident) {
        JsonNode lasted = incident.path("lastedMillis");
        return lasted.isNumber()
                ? fill("; ended at {ended} after ", incident) + Formats.time(Duration.ofMillis(lasted.asLong()))
                : "; not ended yet";
    }

    /** Draws one character for each 10 seconds, with their maximum. */
    private static void history(JsonNode seconds, StringBuilder text) {
        if (seconds.isEmpty()) {
            return;
        }
        text.append("\n%s minutes, 10 s per column, newest on the right\n".formatted(MINUTES));
        line(text, "connections in use", seconds, "/peakCheckedOut");
        line(text, "waiting", seconds, "/numbers/waiting");
        line(text, "refused per second", seconds, "/refused");
        line(text, "p99 of waits, ms", seconds, "/waits/p99Millis");
        line(text, "p99 of uses, ms", seconds, "/uses/p99Millis");
        line(text, "checkouts per second", seconds, "/checkouts");
    }

    private static void line(StringBuilder text, String name, JsonNode seconds, String field) {
        double[] cells = new double[CELLS];
        for (int i = 0; i < seconds.size(); i++) {
            int cell = CELLS - 1 - (seconds.size() - 1 - i) / (MINUTES * 60 / CELLS);
            if (cell >= 0) {
                cells[cell] = Math.max(cells[cell], seconds.get(i).at(field).asDouble());
            }
        }
        double max = Arrays.stream(cells).max().orElse(0);
        StringBuilder bars = new StringBuilder();
        for (double cell : cells) {
            bars.append(BARS.charAt(cell == 0 ? 0 : (int) Math.max(1, Math.round(cell / max * (BARS.length() - 1)))));
        }
        text.append(String.format(Locale.ROOT, "  %-20s %s max %s%n", name, bars, number(max)));
    }

    private static String number(double value) {
        return value == Math.rint(value)
                ? String.valueOf((long) value)
                : String.format(Locale.ROOT, value < 10 ? "%.2f" : "%.0f", value);
    }

    private static void events(JsonNode events, StringBuilder text) {
        if (events.isEmpty()) {
            return;
        }
        text.append("\nThe last %s events, newest first%n".formatted(events.size()));
        events.valueStream()
                .limit(MAX_EVENTS)
                .forEach(event -> text.append(describe(event)).append('\n'));
        if (events.size() > MAX_EVENTS) {
            text.append("  … and ").append(events.size() - MAX_EVENTS).append(" more\n");
        }
    }

    private static String describe(JsonNode event) {
        return String.format(
                        Locale.ROOT,
                        "  %s  %-15s %6s %8s %12s  %s %s%s",
                        event.path("time").asText().replaceAll(".*T|Z", ""),
                        event.path("kind").asText(),
                        prefixed("c", event.path("connection").asInt()),
                        prefixed("p", event.path("backendPid").asInt()),
                        number(event.path("tookMillis").asDouble()) + " ms",
                        route(event),
                        event.path("cause").asText(),
                        requestId(event))
                .stripTrailing();
    }

    private static String route(JsonNode event) {
        int callers = event.path("callers").asInt();
        String route = event.path("route").asText();
        return callers > 1 ? "%s (%s callers)".formatted(route, callers) : route;
    }

    private static String requestId(JsonNode event) {
        String id = event.path("requestId").asText();
        return id.isEmpty() ? "" : " request_id=" + id;
    }

    private static String prefixed(String prefix, int number) {
        return number == 0 ? "" : prefix + number;
    }
}
