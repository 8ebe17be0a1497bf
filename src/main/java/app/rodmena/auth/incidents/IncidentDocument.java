package app.rodmena.auth.incidents;

import app.rodmena.auth.diagnosis.Diagnosis;
import app.rodmena.auth.events.PoolEvent;
import app.rodmena.auth.metrics.PoolSecond;
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

/** An incident as it is kept: JSON, of which every other form of it is made. Immutable. */
public final class IncidentDocument {
    /** With more holders than this the stacks of the rest are left out: no pool makes a file that is too large. */
    private static final int MOST_STACKS = 50;

    private static final int MOST_WAITERS = 200;
    private static final int MOST_BACKENDS = 500;

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
            Duration took,
            Optional<Incident> before) {
        ObjectNode tree = DiagnosisJson.MAPPER.createObjectNode();
        tree.put("id", id);
        tree.put("time", DiagnosisJson.text(time));
        tree.put("cause", cause.name());
        tree.put("sentence", sentence);
        tree.put("swallowed", 0);
        tree.put("frozenAfterMillis", took.toMillis());
        tree.put("instance", instance);
        ArrayNode stages = tree.putArray("stages");
        before.ifPresent(earlier -> {
            earlier.document().tree().path("stages").forEach(stages::add);
            stages.addObject().put("cause", earlier.cause().name()).put("sentence", earlier.sentence());
        });
        tree.set("diagnosis", bounded(DiagnosisJson.tree(diagnosis)));
        tree.set("events", DiagnosisJson.MAPPER.valueToTree(events));
        tree.set("history", DiagnosisJson.MAPPER.valueToTree(history));
        return new Incident(id, time, cause, sentence, 0, took, new IncidentDocument(DiagnosisJson.bytes(tree)));
    }

    /**
     * Reads one that was kept.
     *
     * @throws IOException if it is not one
     */
    static Incident read(byte[] json) throws IOException {
        try {
            JsonNode tree = DiagnosisJson.MAPPER.readTree(json);
            String id = tree.path("id").asText();
            if (!IncidentId.PATTERN.matcher(id).matches()
                    || !tree.path("diagnosis").isObject()) {
                throw new IOException("it is no incident");
            }
            return new Incident(
                    id,
                    Instant.parse(tree.path("time").asText()),
                    IncidentCause.valueOf(tree.path("cause").asText()),
                    tree.path("sentence").asText(),
                    tree.path("swallowed").asLong(),
                    Duration.ofMillis(tree.path("frozenAfterMillis").asLong()),
                    new IncidentDocument(json));
        } catch (IllegalArgumentException | DateTimeParseException e) {
            throw new IOException("it is no incident of this version", e);
        }
    }

    /** The same incident, knowing how often it has happened again. */
    static Incident withSwallowed(Incident incident, long swallowed) {
        ObjectNode tree = incident.document().tree();
        tree.put("swallowed", swallowed);
        return new Incident(
                incident.id(),
                incident.time(),
                incident.cause(),
                incident.sentence(),
                swallowed,
                incident.frozenAfter(),
                new IncidentDocument(DiagnosisJson.bytes(tree)));
    }

    /** In JSON: every part under its name, with every pid. */
    public byte[] json() {
        return json.clone();
    }

    /** As text that reads well in a terminal. */
    public String text() {
        return IncidentText.of(tree());
    }

    /** As one HTML file that needs nothing else: to be attached to a ticket, or printed. */
    public String html() {
        return IncidentHtml.of(tree());
    }

    private ObjectNode tree() {
        try {
            return (ObjectNode) DiagnosisJson.MAPPER.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // It was read or written before.
        }
    }

    private static ObjectNode bounded(ObjectNode diagnosis) {
        int number = 0;
        for (JsonNode holder : diagnosis.path("holders")) {
            if (++number > MOST_STACKS) {
                ((ObjectNode) holder).putArray("stack");
                ((ObjectNode) holder).putArray("checkoutStack");
            }
        }
        cut(diagnosis.path("waiters"), MOST_WAITERS);
        cut(diagnosis.path("postgres").path("backends"), MOST_BACKENDS);
        cut(diagnosis.path("lastSeen").path("backends"), MOST_BACKENDS);
        return diagnosis;
    }

    private static void cut(JsonNode list, int most) {
        if (list instanceof ArrayNode array) {
            while (array.size() > most) {
                array.remove(array.size() - 1);
            }
        }
    }
}
