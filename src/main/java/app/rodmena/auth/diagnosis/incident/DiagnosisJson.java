package app.rodmena.auth.diagnosis.incident;

import app.rodmena.auth.common.Json;
import app.rodmena.auth.database.activity.Backend;
import app.rodmena.auth.database.activity.BackendOwner;
import app.rodmena.auth.diagnosis.Diagnosis;
import app.rodmena.auth.diagnosis.DiagnosisText;
import app.rodmena.auth.diagnosis.Holder;
import app.rodmena.auth.diagnosis.Reconciliation;
import app.rodmena.auth.diagnosis.history.PastDiagnosis;
import app.rodmena.auth.metrics.PoolHistory.LatencySummary;
import app.rodmena.auth.pool.PoolSnapshot;
import app.rodmena.auth.pool.event.PoolEvent;
import app.rodmena.auth.pool.event.RequestIds;
import app.rodmena.auth.schema.RecordJson;
import app.rodmena.auth.schema.WireFormat;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationConfig;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.BeanPropertyWriter;
import com.fasterxml.jackson.databind.ser.BeanSerializerModifier;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.databind.util.NameTransformer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Formats diagnoses, events and history as JSON: one field for each record component, times in UTC with milliseconds,
 * durations in milliseconds with the unit in the field name, {@code null} for absent values. Thread-safe.
 */
public final class DiagnosisJson {
    private static final NameTransformer IN_MILLIS = NameTransformer.simpleTransformer("", "Millis");

    static final JsonMapper MAPPER = JsonMapper.builder()
            .disable(MapperFeature.AUTO_DETECT_IS_GETTERS)
            .addModule(Json.instants(WireFormat::time)
                    .addSerializer(serializer(Duration.class, (time, json, all) -> writeMillis(time, json)))
                    .addSerializer(serializer(
                            OptionalInt.class,
                            (number, json, all) ->
                                    all.defaultSerializeValue(number.isPresent() ? number.getAsInt() : null, json)))
                    .addSerializer(serializer(
                            Optional.class,
                            (value, json, all) -> all.defaultSerializeValue(((Optional<?>) value).orElse(null), json)))
                    .addSerializer(RecordJson.of(PoolSnapshot.class))
                    .addSerializer(RecordJson.of(PoolEvent.class))
                    .addSerializer(RecordJson.of(PastDiagnosis.class))
                    .setSerializerModifier(new UnitsInNames()))
            .addMixIn(Backend.class, BackendNames.class)
            .addMixIn(Holder.class, HolderFields.class)
            .addMixIn(Reconciliation.Lost.class, LostNames.class)
            .addMixIn(LatencySummary.class, LatencyNames.class)
            .build();

    /** The name of the field in the format, which is public. */
    private interface BackendNames {
        @JsonProperty("whose")
        BackendOwner owner();
    }

    /** The name of the field in the format, which is public. */
    private interface LostNames {
        @JsonProperty("out")
        boolean inUse();
    }

    /** The name of the field in the format, which is public. */
    private interface LatencyNames {
        @JsonProperty("most")
        Duration max();
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

    static byte[] bytes(JsonNode tree) {
        return Json.bytes(MAPPER.writer(), tree);
    }

    @FunctionalInterface
    private interface ValueWriter<T> {
        void write(T value, JsonGenerator json, SerializerProvider all) throws IOException;
    }

    private static <T> StdSerializer<T> serializer(Class<T> type, ValueWriter<T> writing) {
        return new StdSerializer<>(type) {
            private static final long serialVersionUID = 1;

            @Override
            public void serialize(T value, JsonGenerator json, SerializerProvider provider) throws IOException {
                writing.write(value, json, provider);
            }
        };
    }

    /** Writes milliseconds with a resolution of 1 µs, without a fraction if it is zero. */
    private static void writeMillis(Duration time, JsonGenerator json) throws IOException {
        long micros = time.toNanos() / 1_000;
        if (micros % 1_000 == 0) {
            json.writeNumber(micros / 1_000);
        } else {
            json.writeNumber(micros / 1_000.0);
        }
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
