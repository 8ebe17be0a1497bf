package app.rodmena.auth.schema;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.Module;
import com.fasterxml.jackson.databind.SerializationConfig;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.BeanSerializerModifier;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.databind.util.NameTransformer;
import java.io.IOException;

/**
 * Writes records with a {@link RecordSchema} as JSON objects of its fields; numbers have no fraction if it is zero.
 * Thread-safe.
 */
public final class RecordJson extends StdSerializer<Object> {
    private static final long serialVersionUID = 1;

    private final transient RecordSchema schema;

    /** Whether the fields are written into the object of an outer record. */
    private final boolean isUnwrapping;

    private RecordJson(Class<?> row, boolean isUnwrapping) {
        super(row, false);
        schema = RecordSchema.of(row);
        this.isUnwrapping = isUnwrapping;
    }

    /** A module that writes every record with a schema this way. */
    public static Module module() {
        return new SimpleModule().setSerializerModifier(new BeanSerializerModifier() {
            private static final long serialVersionUID = 1;

            @Override
            public JsonSerializer<?> modifySerializer(
                    SerializationConfig config, BeanDescription bean, JsonSerializer<?> serializer) {
                Class<?> row = bean.getBeanClass();
                return row.isRecord() && !RecordSchema.of(row).fields().isEmpty()
                        ? new RecordJson(row, false)
                        : serializer;
            }
        });
    }

    /** The serializer of one record type. */
    public static JsonSerializer<?> of(Class<? extends Record> row) {
        return new RecordJson(row, false);
    }

    @Override
    public JsonSerializer<Object> unwrappingSerializer(NameTransformer unwrapper) {
        return new RecordJson(handledType(), true);
    }

    @Override
    public boolean isUnwrappingSerializer() {
        return isUnwrapping;
    }

    @Override
    public void serialize(Object row, JsonGenerator json, SerializerProvider provider) throws IOException {
        if (!isUnwrapping) {
            json.writeStartObject(row);
        }
        for (RecordSchema.Field field : schema.fields()) {
            json.writeFieldName(field.name());
            Object value = field.of(row);
            if (value instanceof Double number && number == Math.rint(number) && Math.abs(number) < 1e15) {
                json.writeNumber(number.longValue());
            } else {
                provider.defaultSerializeValue(value, json);
            }
        }
        if (!isUnwrapping) {
            json.writeEndObject();
        }
    }
}
