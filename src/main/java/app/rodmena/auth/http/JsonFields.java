package app.rodmena.auth.http;

import app.rodmena.auth.common.Json;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The fields of a JSON object in a request's body; an invalid field causes a 400 that names it. Immutable. */
public record JsonFields(JsonNode object) {
    private static final int MAX_SHOWN_NAMES = 10;
    /** Shorter than a client key, which must not appear in an error. */
    static final int MAX_SHOWN_NAME_LENGTH = 32;

    private static final Pattern SAFE_NAME = Pattern.compile("[A-Za-z0-9_.-]+");

    /**
     * Parses a body; an empty body is an object without fields.
     *
     * @throws HttpError if it is not a JSON object, or has a field that is not among {@code known}
     */
    public static JsonFields of(byte[] body, Set<String> known) {
        try {
            return of(
                    "the body",
                    body.length == 0 ? Json.MAPPER.createObjectNode() : Json.STRICT_READER.readTree(body),
                    known);
        } catch (JacksonException e) {
            throw HttpError.badRequest("the body is not JSON");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The fields of an object.
     *
     * @param what the object, for messages
     * @throws HttpError if it is not an object, or has a field that is not among {@code known}
     */
    public static JsonFields of(String what, JsonNode object, Set<String> known) {
        if (!object.isObject()) {
            throw HttpError.badRequest(what + " must be a JSON object");
        }
        for (Iterator<String> names = object.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!known.contains(name)) {
                throw unknown("field", List.of(name), known);
            }
        }
        return new JsonFields(object);
    }

    /** The error for unknown names. A name that may be anything else than a misspelt one is not repeated. */
    static HttpError unknown(String what, List<String> names, Set<String> known) {
        String shown = names.stream()
                .filter(name -> name.length() <= MAX_SHOWN_NAME_LENGTH
                        && SAFE_NAME.matcher(name).matches())
                .limit(MAX_SHOWN_NAMES)
                .map(name -> " '" + name + "'")
                .collect(Collectors.joining(","));
        String allowed = known.isEmpty()
                ? "none"
                : String.join(", ", known.stream().sorted().toList());
        return HttpError.badRequest(
                "unknown %s%s%s; allowed: %s".formatted(what, names.size() > 1 ? "s" : "", shown, allowed));
    }

    /** The value of a boolean field; false if the field is missing. */
    public boolean flag(String name) {
        JsonNode value = object.path(name);
        if (!value.isMissingNode() && !value.isBoolean()) {
            throw HttpError.badRequest("%s: %s; must be true or false".formatted(name, value));
        }
        return value.asBoolean();
    }

    public OptionalInt integer(String name) {
        JsonNode value = whole(name, JsonNode::canConvertToInt);
        return value.isMissingNode() ? OptionalInt.empty() : OptionalInt.of(value.intValue());
    }

    public OptionalLong longInteger(String name) {
        JsonNode value = whole(name, JsonNode::canConvertToLong);
        return value.isMissingNode() ? OptionalLong.empty() : OptionalLong.of(value.longValue());
    }

    private JsonNode whole(String name, Predicate<JsonNode> fits) {
        JsonNode value = object.path(name);
        if (!value.isMissingNode() && !(value.isIntegralNumber() && fits.test(value))) {
            throw HttpError.badRequest("%s: %s; must be a whole number".formatted(name, value));
        }
        return value;
    }

    /** The value of a required string field. */
    public String text(String name) {
        JsonNode value = required(name);
        if (!value.isTextual()) {
            throw HttpError.badRequest(name + ": is not a string");
        }
        return value.textValue();
    }

    /** The value of a required field that is a string or null. */
    public Optional<String> textOrNull(String name) {
        return required(name).isNull() ? Optional.empty() : Optional.of(text(name));
    }

    /** The elements of a required list. */
    public JsonNode list(String name) {
        JsonNode value = required(name);
        if (!value.isArray()) {
            throw HttpError.badRequest(name + ": is not a list");
        }
        return value;
    }

    private JsonNode required(String name) {
        JsonNode value = object.get(name);
        if (value == null) {
            throw HttpError.badRequest(name + ": is missing");
        }
        return value;
    }

    @Override
    public String toString() {
        return object.toString();
    }
}
