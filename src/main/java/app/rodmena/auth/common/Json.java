package app.rodmena.auth.common;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializerBase;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.function.Function;

/** The mappers and parts of mappers that packages share. Thread-safe. */
public final class Json {
    /** Jackson's defaults. */
    public static final JsonMapper MAPPER = new JsonMapper();

    /** Reads the bodies of requests: a duplicate field and text after the value are errors. */
    public static final ObjectReader STRICT_READER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build()
            .readerFor(JsonNode.class);

    private Json() {}

    /** A module that writes instants in this format. */
    public static SimpleModule instants(Function<Instant, String> format) {
        return new SimpleModule().addSerializer(Instant.class, new InstantSerializer(format));
    }

    public static byte[] bytes(ObjectWriter writer, Object value) {
        try {
            return writer.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The JSON as indented text, with a line break at its end. */
    public static String indented(Object value) {
        return new String(bytes(MAPPER.writerWithDefaultPrettyPrinter(), value), UTF_8) + "\n";
    }

    private static final class InstantSerializer extends ToStringSerializerBase {
        private static final long serialVersionUID = 1;

        private final transient Function<Instant, String> format;

        InstantSerializer(Function<Instant, String> format) {
            super(Instant.class);
            this.format = format;
        }

        @Override
        public String valueToString(Object time) {
            return format.apply((Instant) time);
        }
    }
}
