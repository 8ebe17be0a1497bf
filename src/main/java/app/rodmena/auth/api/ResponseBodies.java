package app.rodmena.auth.api;

import java.time.Instant;
import java.util.List;

/** JSON bodies that differ from the service's own types. */
final class ResponseBodies {
    private ResponseBodies() {}

    /** {@code {"result": …}} */
    record Bare(Object result) {}

    /** A result in an envelope with the status, a message and the time. */
    record Wrapped(boolean success, int code, String message, Object data, Instant timestamp) {
        static Wrapped of(String message, Object data) {
            return new Wrapped(true, 200, message, data, Instant.now());
        }
    }

    /** The result of a check, also of a membership: the name of the JSON field is part of the API. */
    record HasPermission(boolean hasPermission) {}

    record Result(boolean result) {}

    /** @param results each a {@link HasPermission} or a {@link NotChecked} */
    record Checked(int count, List<Object> results) {}

    record NotChecked(String error) {}

    record Name(String name) {}

    record Role(String role) {}
}
