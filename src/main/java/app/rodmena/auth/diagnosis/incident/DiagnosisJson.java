package app.rodmena.auth.diagnosis.incident;

import app.rodmena.auth.common.Json;
import app.rodmena.auth.database.activity.Backend;
import app.rodmena.auth.database.activity.Backend.BackendOwner;
import app.rodmena.auth.diagnosis.Blocker;
import app.rodmena.auth.diagnosis.Diagnosis;
import app.rodmena.auth.diagnosis.Diagnosis.Reconciliation;
import app.rodmena.auth.diagnosis.DiagnosisText;
import app.rodmena.auth.diagnosis.Holder;
import app.rodmena.auth.diagnosis.history.PastDiagnosis;
import app.rodmena.auth.metrics.PoolHistory.LatencySummary;
import app.rodmena.auth.pool.PoolSnapshot;
import app.rodmena.auth.pool.event.PoolEvent;
import app.rodmena.auth.pool.event.RequestIds;
import app.rodmena.auth.schema.RecordJson;
import app.rodmena.auth.schema.WireFormat;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationConfig;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.BeanPropertyWriter;
import com.fasterxml.jackson.databind.ser.BeanSerializerModifier;
import com.fasterxml.jackson.databind.util.NameTransformer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Formats diagnoses, events and history as JSON: one field for each record component, times in UTC with milliseconds,
 * durations in milliseconds with the unit in the field name, {@code null} for absent values. Thread-safe.
 */
public final class DiagnosisJson {
    private static final NameTransformer IN_MILLIS = NameTransformer.simpleTransformer("", "Millis");

    private static final Pattern FIELD = Pattern.compile("\\{(\\w+)}");

    static final JsonMapper MAPPER = JsonMapper.builder()
            .disable(MapperFeature.AUTO_DETECT_IS_GETTERS)
            .addModule(Json.instants(WireFormat::time)
                    .addSerializer(Duration.class, converted(DiagnosisJson::millis))
                    .addSerializer(
                            OptionalInt.class, converted(number -> number.isPresent() ? number.getAsInt() : null))
                    .addSerializer(Optional.class, converted(value -> ((Optional<?>) value).orElse(null)))
                    .addSerializer(RecordJson.of(PoolSnapshot.class))
                    .addSerializer(RecordJson.of(PoolEvent.class))
                    .addSerializer(RecordJson.of(PastDiagnosis.class))
                    .setSerializerModifier(new UnitsInNames()))
            .addMixIn(Backend.class, BackendNames.class)
            .addMixIn(Blocker.class, BlockerFields.class)
            .addMixIn(Holder.class, HolderFields.class)
            .addMixIn(Reconciliation.Lost.class, LostNames.class)
            .addMixIn(LatencySummary.class, LatencyNames.class)
            .build();

    /** Public names of fields of the format; so are those of the next interfaces. */
    private interface BackendNames {
        @JsonProperty("whose")
        BackendOwner owner();
    }

    private interface LostNames {
        @JsonProperty("out")
        boolean inUse();
    }

    private interface LatencyNames {
        @JsonProperty("most")
        Duration max();
    }

    /** Of the path, only the chain is a field. */
    @JsonIgnoreProperties("path")
    private interface BlockerFields {
        @JsonProperty
        List<Integer> chain();
    }

    /** The ids are fields of the holder. */
    private interface HolderFields {
        @JsonProperty
        @JsonUnwrapped
        RequestIds ids();
    }

    private DiagnosisJson() {}

    /** A diagnosis; the field {@code text} contains its text for a terminal. */
    public static byte[] bytes(Diagnosis diagnosis) {
        return bytes(tree(diagnosis));
    }

    static ObjectNode tree(Diagnosis diagnosis) {
        ObjectNode tree = MAPPER.valueToTree(diagnosis);
        tree.set("verdicts", MAPPER.valueToTree(diagnosis.verdicts()));
        tree.put("text", DiagnosisText.of(diagnosis));
        return tree;
    }

    /** A template with the texts of an object's fields in place of their names, such as {@code {id}}. */
    static String fill(String template, JsonNode object) {
        return FIELD.matcher(template)
                .replaceAll(field ->
                        Matcher.quoteReplacement(object.path(field.group(1)).asText()));
    }

    static byte[] bytes(JsonNode tree) {
        return Json.bytes(MAPPER.writer(), tree);
    }

    /** Writes what a value is converted to. */
    private static <T> JsonSerializer<T> converted(Function<T, Object> conversion) {
        return new JsonSerializer<>() {
            @Override
            public void serialize(T value, JsonGenerator json, SerializerProvider provider) throws IOException {
                provider.defaultSerializeValue(conversion.apply(value), json);
            }
        };
    }

    /** Milliseconds with a resolution of 1 µs, without a fraction if it is zero. */
    private static Number millis(Duration time) {
        long micros = time.toNanos() / 1_000;
        if (micros % 1_000 == 0) {
            return micros / 1_000;
        }
        return micros / 1_000.0;
    }

    private static final class UnitsInNames extends BeanSerializerModifier {
        private static final long serialVersionUID = 1;

        @Override
        public List<BeanPropertyWriter> changeProperties(
                SerializationConfig config, BeanDescription bean, List<BeanPropertyWriter> properties) {
            properties.replaceAll(property -> isTime(property.getType()) ? property.rename(IN_MILLIS) : property);
            return properties;
        }

        private static boolean isTime(JavaType type) {
            return type.hasRawClass(Duration.class)
                    || (type.hasRawClass(Optional.class)
                            && type.containedType(0).hasRawClass(Duration.class));
        }
    }
}
