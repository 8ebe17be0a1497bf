package app.rodmena.auth.http;

import app.rodmena.auth.common.Json;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;

/** Writes the API's JSON: records in snake_case, instants as UTC without a zone. Thread-safe. */
public final class ApiJson {
    private static final ObjectWriter WRITER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .addModule(Json.instants(UtcTimestampFormat::text))
            .build()
            .writer();

    private ApiJson() {}

    public static byte[] bytes(Object value) {
        return Json.bytes(WRITER, value);
    }
}
