package app.rodmena.auth.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.PropertyNamingStrategy;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.function.Function;

/** Writes records as JSON, with a given naming strategy and format of times. Thread-safe. */
public final class JsonWriter {
    private final ObjectWriter writer;

    /**
     * Creates a writer.
     *
     * @param naming converts names of components
     * @param times formats instants
     */
    public JsonWriter(PropertyNamingStrategy naming, Function<Instant, String> times) {
        writer = JsonMapper.builder()
                .propertyNamingStrategy(naming)
                .addModule(new SimpleModule().addSerializer(Instant.class, new InstantSerializer(times)))
                .build()
                .writer();
    }

    /** The JSON in UTF-8. */
    public byte[] bytes(Object value) {
        try {
            return writer.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class InstantSerializer extends StdSerializer<Instant> {
        private static final long serialVersionUID = 1;

        private final transient Function<Instant, String> times;

        InstantSerializer(Function<Instant, String> times) {
            super(Instant.class);
            this.times = times;
        }

        @Override
        public void serialize(Instant value, JsonGenerator json, SerializerProvider provider) throws IOException {
            json.writeString(times.apply(value));
        }
    }
}
