package app.rodmena.auth.api;

import app.rodmena.auth.common.Json;
import app.rodmena.auth.rbac.InvalidValueException;
import app.rodmena.auth.rbac.PermissionCheck;
import app.rodmena.auth.rbac.PermissionName;
import app.rodmena.auth.rbac.UserName;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The body of {@code POST /api/check}, {@code {"checks": [{"user": …, "permission": …}, …]}}, and its response. An
 * invalid check gets an error entry in the response; a body that is invalid as a whole causes an
 * {@link InvalidBodyException}.
 */
final class BatchCheckRequest {
    static final int MAX_CHECKS = 1000;

    private static final String EXPECTED_FORMAT = "{\"checks\": [{\"user\": \"...\", \"permission\": \"...\"}, ...]}";
    private static final int MAX_SHOWN_FIELD_LENGTH = 40;

    private final List<Entry> entries;

    /** A check, or the reason why it is invalid; the other one is null. */
    private record Entry(PermissionCheck check, String error) {}

    private BatchCheckRequest(List<Entry> entries) {
        this.entries = entries;
    }

    /** The body as a whole is invalid. */
    static final class InvalidBodyException extends RuntimeException {
        private static final long serialVersionUID = 1;

        InvalidBodyException(String message) {
            super(message);
        }
    }

    /**
     * Parses a body.
     *
     * @throws InvalidBodyException if it is not a list of checks; the message quotes at most a field's name
     */
    static BatchCheckRequest of(byte[] body) {
        JsonNode root = read(body);
        if (!root.isObject() || !root.has("checks")) {
            throw new InvalidBodyException("The body has no field checks; it must be " + EXPECTED_FORMAT);
        }
        Optional<String> unknown = unknownField(root, Set.of("checks"));
        if (unknown.isPresent()) {
            throw new InvalidBodyException(
                    "The body has an %s; it must be %s".formatted(unknown.get(), EXPECTED_FORMAT));
        }
        JsonNode checks = root.get("checks");
        if (!checks.isArray()) {
            throw new InvalidBodyException("checks: is not a list; the body must be " + EXPECTED_FORMAT);
        }
        if (checks.isEmpty() || checks.size() > MAX_CHECKS) {
            throw new InvalidBodyException(
                    "checks: has %s entries; allowed are 1 to %s".formatted(checks.size(), MAX_CHECKS));
        }
        List<Entry> entries = new ArrayList<>(checks.size());
        checks.forEach(check -> entries.add(entry(check)));
        return new BatchCheckRequest(entries);
    }

    /** The valid checks, in request order. */
    List<PermissionCheck> checks() {
        return entries.stream()
                .filter(entry -> entry.error == null)
                .map(Entry::check)
                .toList();
    }

    /**
     * The response data: a result for each entry, in request order.
     *
     * @param allowed the results of {@link #checks()}, in the same order
     */
    ResponseBodies.Checked responseData(List<Boolean> allowed) {
        List<Object> results = new ArrayList<>(entries.size());
        Iterator<Boolean> iterator = allowed.iterator();
        for (Entry entry : entries) {
            results.add(
                    entry.error == null
                            ? new ResponseBodies.HasPermission(iterator.next())
                            : new ResponseBodies.NotChecked(entry.error));
        }
        return new ResponseBodies.Checked(results.size(), results);
    }

    private static JsonNode read(byte[] body) {
        try {
            return Json.STRICT_READER.readTree(body);
        } catch (JacksonException e) {
            throw new InvalidBodyException("The body is not JSON; it must be " + EXPECTED_FORMAT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Entry entry(JsonNode check) {
        try {
            if (!check.isObject()) {
                throw new InvalidBodyException(
                        "is not an object; it must be {\"user\": \"...\", \"permission\": \"...\"}");
            }
            Optional<String> unknown = unknownField(check, Set.of("user", "permission"));
            if (unknown.isPresent()) {
                throw new InvalidBodyException("has an %s; allowed are user and permission".formatted(unknown.get()));
            }
            UserName user = new UserName(text(check, "user"));
            return new Entry(new PermissionCheck(user, new PermissionName(text(check, "permission"))), null);
        } catch (InvalidBodyException | InvalidValueException e) {
            return new Entry(null, e.getMessage());
        }
    }

    private static String text(JsonNode check, String field) {
        JsonNode value = check.get(field);
        if (value == null) {
            throw new InvalidBodyException(field + ": is missing");
        }
        if (!value.isTextual()) {
            throw new InvalidBodyException(field + ": is not a string");
        }
        return value.textValue();
    }

    /** The text "unknown field NAME", without a name that is not safe to show; empty if all fields are known. */
    private static Optional<String> unknownField(JsonNode object, Set<String> known) {
        for (Iterator<String> names = object.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!known.contains(name)) {
                boolean isSafe = name.length() <= MAX_SHOWN_FIELD_LENGTH && name.matches("[A-Za-z0-9_.-]+");
                return Optional.of(isSafe ? "unknown field " + name : "unknown field");
            }
        }
        return Optional.empty();
    }
}
