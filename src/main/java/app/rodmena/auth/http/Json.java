package app.rodmena.auth.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Map;

/** The shapes of the wire: records in snake_case, instants as naive UTC. */
final class Json {
    private static final ObjectWriter WRITER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .addModule(new SimpleModule().addSerializer(Instant.class, new InstantSerializer()))
            .build()
            .writer();

    private Json() {}

    /** {@code {"result": …}} */
    record Bare(Object result) {}

    /** What is wrapped carries its own status, text and time. */
    record Wrapped(boolean success, int code, String message, Object data, Instant timestamp) {
        static Wrapped of(String message, Object data) {
            return new Wrapped(true, 200, message, data, Instant.now());
        }
    }

    /** The one shape of every error. */
    record Failure(boolean success, int code, String message, Map<String, Object> details, Instant timestamp) {
        static Failure of(int code, String message) {
            return new Failure(false, code, message, Map.of(), Instant.now());
        }
    }

    static byte[] bytes(Object value) {
        try {
            return WRITER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class InstantSerializer extends StdSerializer<Instant> {
        private static final long serialVersionUID = 1;

        InstantSerializer() {
            super(Instant.class);
        }

        @Override
        public void serialize(Instant value, JsonGenerator json, SerializerProvider provider) throws IOException {
            json.writeString(WireTime.text(value));
        }
    }
}
