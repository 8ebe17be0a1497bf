package app.rodmena.auth.http;

import java.time.Instant;
import java.util.List;

/** What lists and answers look like on the wire, where it is not the shape the service gives them. */
final class ResponseBodies {
    private ResponseBodies() {}

    /** {@code {"result": …}} */
    record Bare(Object result) {}

    /** What is wrapped carries its own status, text and time. */
    record Wrapped(boolean success, int code, String message, Object data, Instant timestamp) {
        static Wrapped of(String message, Object data) {
            return new Wrapped(true, 200, message, data, Instant.now());
        }
    }

    /** That key, for memberships too. */
    record HasPermission(boolean hasPermission) {}

    record Result(boolean result) {}

    /** Each a {@link HasPermission} or a {@link NotChecked}. */
    record Checked(int count, List<Object> results) {}

    record NotChecked(String error) {}

    record Name(String name) {}

    record Role(String role) {}
}
