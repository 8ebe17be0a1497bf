package app.rodmena.auth.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import app.rodmena.auth.common.Json;
import app.rodmena.auth.http.Response;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.regex.Pattern;

/** The description of the API in OpenAPI 3.1. Its source is {@code openapi.json}; it is read at the first request. */
final class OpenApi {
    private static final String YAML_TYPE = "application/yaml";
    private static final Pattern PLAIN_KEY = Pattern.compile("[A-Za-z][A-Za-z0-9]*");

    private OpenApi() {}

    private static final class Documents {
        static final byte[] JSON = read();
        static final byte[] YAML = toYaml(JSON);
    }

    static Response json() {
        return Response.json(200, Documents.JSON);
    }

    static Response yaml() {
        return Response.of(200, YAML_TYPE, Documents.YAML);
    }

    private static byte[] read() {
        try (InputStream source = OpenApi.class.getResourceAsStream("openapi.json")) {
            return source.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] toYaml(byte[] json) {
        StringBuilder yaml = new StringBuilder();
        try {
            append(yaml, Json.MAPPER.readTree(json), "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return yaml.append('\n').substring(1).getBytes(UTF_8);
    }

    /**
     * Appends block mappings and sequences; scalars, empty containers and most keys as in JSON, which YAML includes.
     */
    private static void append(StringBuilder yaml, JsonNode node, String newLine) {
        if (node.isEmpty()) {
            yaml.append(' ').append(node);
        } else if (node.isArray()) {
            for (JsonNode element : node) {
                yaml.append(newLine).append('-');
                append(yaml, element, newLine + "  ");
            }
        } else {
            node.properties().forEach(field -> {
                String key = field.getKey();
                yaml.append(newLine)
                        .append(PLAIN_KEY.matcher(key).matches() ? key : "\"" + key + "\"")
                        .append(':');
                append(yaml, field.getValue(), newLine + "  ");
            });
        }
    }
}
