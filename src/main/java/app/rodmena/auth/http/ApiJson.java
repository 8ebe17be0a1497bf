package app.rodmena.auth.http;

import app.rodmena.auth.common.Json;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.time.Instant;
import java.util.Map;

/** Writes the API's JSON: records in snake_case, instants as UTC without a zone. Thread-safe. */
public final class ApiJson {
    private static final ObjectWriter WRITER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .addModule(Json.instants(UtcTimestampFormat::text))
            .build()
            .writer();

    private ApiJson() {}

    /** The body of every error response. */
    public record ErrorBody(boolean success, int code, String message, Map<String, Object> details, Instant timestamp) {
        public static ErrorBody of(int code, String message, Map<String, Object> details) {
            return new ErrorBody(false, code, message, details, Instant.now());
        }
    }

    public static byte[] bytes(Object value) {
        return Json.bytes(WRITER, value);
    }
}
