package app.rodmena.auth.admin;

import app.rodmena.auth.schema.RecordJson;
import app.rodmena.auth.schema.WireFormat;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializerBase;
import java.io.UncheckedIOException;
import java.time.Instant;

/**
 * Writes the JSON of this listener: field names like those of the MBeans, times in UTC with milliseconds. Thread-safe.
 */
final class AdminJson {
    private static final ObjectWriter WRITER = JsonMapper.builder()
            .addModule(RecordJson.module())
            .addModule(new SimpleModule().addSerializer(Instant.class, new TimeSerializer()))
            .build()
            .writer();

    private AdminJson() {}

    static byte[] bytes(Object value) {
        try {
            return WRITER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class TimeSerializer extends ToStringSerializerBase {
        private static final long serialVersionUID = 1;

        TimeSerializer() {
            super(Instant.class);
        }

        @Override
        public String valueToString(Object time) {
            return WireFormat.time((Instant) time);
        }
    }
}
