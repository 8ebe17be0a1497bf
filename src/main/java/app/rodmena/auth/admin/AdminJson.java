package app.rodmena.auth.admin;

import app.rodmena.auth.views.Text;
import app.rodmena.auth.wire.JsonWriter;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;

/** The JSON of this listener: names as the MBeans have them, times in UTC to the millisecond. Thread-safe. */
final class AdminJson {
    private static final JsonWriter WRITER = new JsonWriter(PropertyNamingStrategies.LOWER_CAMEL_CASE, Text::time);

    private AdminJson() {}

    static byte[] bytes(Object value) {
        return WRITER.bytes(value);
    }
}
