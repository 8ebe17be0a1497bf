package app.rodmena.auth.admin;

import app.rodmena.auth.common.Json;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/** The fields of the JSON object in a request's body; an invalid field causes a 400 that names it. Immutable. */
final class JsonFields {

    private final JsonNode object;

    private JsonFields(JsonNode object) {
        this.object = object;
    }

    /**
     * Parses a body; an empty body is an object without fields.
     *
     * @throws BadRequestException if it is not a JSON object, or has a field that is not among {@code known}
     */
    static JsonFields of(String body, Set<String> known) {
        JsonNode object = parse(body.isEmpty() ? "{}" : body);
        if (!object.isObject()) {
            throw new BadRequestException("the body must be a JSON object");
        }
        object.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                throw new BadRequestException("unknown field '%s'; allowed: %s"
                        .formatted(
                                name, String.join(", ", known.stream().sorted().toList())));
            }
        });
        return new JsonFields(object);
    }

    private static JsonNode parse(String body) {
        try {
            return Json.STRICT_READER.readTree(body);
        } catch (JsonProcessingException e) {
            throw new BadRequestException("the body is not JSON", e);
        }
    }

    /** The value of a boolean field; false if the field is missing. */
    boolean flag(String name) {
        JsonNode value = object.path(name);
        if (!value.isMissingNode() && !value.isBoolean()) {
            throw new BadRequestException("%s: %s; must be true or false".formatted(name, value));
        }
        return value.asBoolean();
    }

    OptionalInt integer(String name) {
        JsonNode value = object.path(name);
        if (!value.isMissingNode() && !(value.isIntegralNumber() && value.canConvertToInt())) {
            throw new BadRequestException("%s: %s; must be a whole number".formatted(name, value));
        }
        return value.isMissingNode() ? OptionalInt.empty() : OptionalInt.of(value.intValue());
    }

    OptionalLong longInteger(String name) {
        JsonNode value = object.path(name);
        if (!value.isMissingNode() && !(value.isIntegralNumber() && value.canConvertToLong())) {
            throw new BadRequestException("%s: %s; must be a whole number".formatted(name, value));
        }
        return value.isMissingNode() ? OptionalLong.empty() : OptionalLong.of(value.longValue());
    }

    @Override
    public String toString() {
        return object.toString();
    }
}
