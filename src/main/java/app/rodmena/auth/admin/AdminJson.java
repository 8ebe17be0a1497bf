package app.rodmena.auth.admin;

import app.rodmena.auth.http.JsonWriter;
import app.rodmena.auth.schema.WireFormat;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;

/**
 * Writes the JSON of this listener: field names like those of the MBeans, times in UTC with milliseconds. Thread-safe.
 */
final class AdminJson {
    private static final JsonWriter WRITER =
            new JsonWriter(PropertyNamingStrategies.LOWER_CAMEL_CASE, WireFormat::time);

    private AdminJson() {}

    static byte[] bytes(Object value) {
        return WRITER.bytes(value);
    }
}
