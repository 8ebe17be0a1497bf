package app.rodmena.auth.diagnosis.incident;

import app.rodmena.auth.diagnosis.Diagnosis;
import app.rodmena.auth.diagnosis.history.PastDiagnosis;
import app.rodmena.auth.metrics.PoolHistory.PoolSecond;
import app.rodmena.auth.pool.event.PoolEvent;
import app.rodmena.auth.schema.WireFormat;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;

/** The stored form of an incident: JSON, from which the text and HTML forms are generated. Immutable. */
public final class IncidentDocument {
    /** The maximum number of holders with stacks, which limits the size of a file. */
    private static final int MAX_STACKS = 50;

    private static final int MAX_WAITERS = 200;
    private static final int MAX_BACKENDS = 500;

    private final byte[] json;

    private IncidentDocument(byte[] json) {
        this.json = json;
    }

    static Incident freeze(
            String id,
            Instant time,
            IncidentCause cause,
            String sentence,
            String instance,
            Diagnosis diagnosis,
            List<PoolEvent> events,
            List<PoolSecond> history,
            Optional<PastDiagnosis> minuteBefore,
            Duration took,
            Optional<Incident> before) {
        ObjectNode tree = DiagnosisJson.MAPPER.createObjectNode();
        tree.put("id", id);
        tree.put("time", WireFormat.time(time));
        tree.put("cause", cause.name());
        tree.put("sentence", sentence);
        tree.put("swallowed", 0);
        tree.putNull("ended");
        tree.putNull("lastedMillis");
        tree.put("frozenAfterMillis", took.toMillis());
        tree.put("instance", instance);
        ArrayNode stages = tree.putArray("stages");
        before.ifPresent(earlier -> {
            earlier.document().tree().path("stages").forEach(stages::add);
            stages.addObject().put("cause", earlier.cause().name()).put("sentence", earlier.sentence());
        });
        tree.set("diagnosis", limited(DiagnosisJson.tree(diagnosis)));
        tree.set("events", DiagnosisJson.MAPPER.valueToTree(events));
        tree.set("history", DiagnosisJson.MAPPER.valueToTree(history));
        tree.set("before", DiagnosisJson.MAPPER.valueToTree(minuteBefore.orElse(null)));
        tree.putNull("during");
        return incident(tree, DiagnosisJson.bytes(tree));
    }

    /**
     * Reads a stored incident.
     *
     * @throws IOException if the JSON is not a valid incident
     */
    static Incident read(byte[] json) throws IOException {
        try {
            JsonNode tree = DiagnosisJson.MAPPER.readTree(json);
            if (!Incident.ID.matcher(tree.path("id").asText()).matches()
                    || !tree.path("diagnosis").isObject()) {
                throw new IOException("not an incident");
            }
            return incident(tree, json);
        } catch (IllegalArgumentException | DateTimeParseException e) {
            throw new IOException("not an incident of this version", e);
        }
    }

    /**
     * A copy with another number of further occurrences and another end, in the document as well.
     *
     * @param during the activity from the start of the incident; empty to keep that of the document
     * @param history the pool's numbers by second; empty to keep those of the document
     */
    static Incident with(
            Incident incident,
            long repetitions,
            Optional<Duration> lasted,
            Optional<PastDiagnosis> during,
            List<PoolSecond> history) {
        ObjectNode tree = incident.document().tree();
        tree.put("swallowed", repetitions);
        tree.put(
                "ended", lasted.map(incident.time()::plus).map(WireFormat::time).orElse(null));
        tree.put("lastedMillis", lasted.map(Duration::toMillis).orElse(null));
        during.ifPresent(activity -> tree.set("during", DiagnosisJson.MAPPER.valueToTree(activity)));
        if (!history.isEmpty()) {
            tree.set("history", DiagnosisJson.MAPPER.valueToTree(history));
        }
        return incident(tree, DiagnosisJson.bytes(tree));
    }

    private static Incident incident(JsonNode tree, byte[] json) {
        Instant time = Instant.parse(tree.path("time").asText());
        Optional<Duration> lasted = Optional.of(tree.path("lastedMillis"))
                .filter(JsonNode::isNumber)
                .map(millis -> Duration.ofMillis(millis.asLong()));
        return new Incident(
                tree.path("id").asText(),
                time,
                IncidentCause.valueOf(tree.path("cause").asText()),
                tree.path("sentence").asText(),
                tree.path("swallowed").asLong(),
                lasted.map(time::plus),
                lasted,
                new IncidentDocument(json));
    }

    /** The incident as JSON. */
    public byte[] json() {
        return json.clone();
    }

    /** The incident as text for a terminal. */
    public String text() {
        return IncidentText.of(tree());
    }

    /** The incident as a self-contained HTML file, for example for a ticket or for printing. */
    public String html() {
        return DiagnosisHtml.ofIncident(tree());
    }

    private ObjectNode tree() {
        try {
            return (ObjectNode) DiagnosisJson.MAPPER.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // Impossible: the bytes were parsed or generated by this class.
        }
    }

    private static ObjectNode limited(ObjectNode diagnosis) {
        diagnosis
                .path("holders")
                .valueStream()
                .skip(MAX_STACKS)
                .map(ObjectNode.class::cast)
                .forEach(holder -> {
                    holder.putArray("stack");
                    holder.putArray("checkoutStack");
                });
        truncate(diagnosis.path("waiters"), MAX_WAITERS);
        truncate(diagnosis.path("postgres").path("backends"), MAX_BACKENDS);
        truncate(diagnosis.path("lastSeen").path("backends"), MAX_BACKENDS);
        return diagnosis;
    }

    private static void truncate(JsonNode list, int max) {
        if (list instanceof ArrayNode array) {
            while (array.size() > max) {
                array.remove(array.size() - 1);
            }
        }
    }
}
