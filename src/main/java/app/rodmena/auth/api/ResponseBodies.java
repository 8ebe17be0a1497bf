package app.rodmena.auth.api;

import app.rodmena.auth.http.ApiJson;
import app.rodmena.auth.http.Response;
import app.rodmena.auth.http.UtcTimestampFormat;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;

/** JSON bodies that differ from the service's own types. */
final class ResponseBodies {
    private static final Response TRUE = json(200, new Bare(true));
    private static final Response FALSE = json(200, new Bare(false));

    private ResponseBodies() {}

    static Response json(int status, Object value) {
        return Response.json(status, ApiJson.bytes(value));
    }

    static Response bare(Object result) {
        if (result instanceof Boolean bool) {
            return bool ? TRUE : FALSE;
        }
        return json(200, new Bare(result));
    }

    static Response wrapped(String message, Object data) {
        return json(200, new Wrapped(true, 200, message, data, Instant.now()));
    }

    /**
     * A wrapped response that differs only in its timestamp: serialized once, with the current time written into each
     * copy.
     */
    static Supplier<Response> stamped(String message, Object data) {
        byte[] json = ApiJson.bytes(new Wrapped(true, 200, message, data, Instant.EPOCH));
        int timestampAt = json.length - "\"}".length() - UtcTimestampFormat.LENGTH; // The last field
        return () -> {
            byte[] stamped = json.clone();
            UtcTimestampFormat.write(Instant.now(), stamped, timestampAt);
            return Response.json(200, stamped);
        };
    }

    /** {@code {"result": …}} */
    record Bare(Object result) {}

    /** A result in an envelope with the status, a message and the time. */
    record Wrapped(boolean success, int code, String message, Object data, Instant timestamp) {}

    /** The result of a check, also of a membership: the name of the JSON field is part of the API. */
    record HasPermission(boolean hasPermission) {}

    record Result(boolean result) {}

    /** @param results each a {@link HasPermission} or a {@link NotChecked} */
    record Checked(int count, List<Object> results) {}

    record NotChecked(String error) {}

    record Name(String name) {}

    record Role(String role) {}

    record User(String user) {}
}
