package app.rodmena.auth.wire;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import java.time.Instant;
import java.util.Map;

/** JSON as the wire protocol has it: records in snake_case, instants as naive UTC. Thread-safe. */
public final class Json {
    private static final JsonWriter WRITER = new JsonWriter(PropertyNamingStrategies.SNAKE_CASE, NaiveUtc::text);

    private Json() {}

    /** The one shape of every error. */
    public record Failure(boolean success, int code, String message, Map<String, Object> details, Instant timestamp) {
        public static Failure of(int code, String message) {
            return of(code, message, Map.of());
        }

        public static Failure of(int code, String message, Map<String, Object> details) {
            return new Failure(false, code, message, details, Instant.now());
        }
    }

    public static byte[] bytes(Object value) {
        return WRITER.bytes(value);
    }
}
