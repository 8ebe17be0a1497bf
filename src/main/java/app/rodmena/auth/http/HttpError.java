package app.rodmena.auth.http;

import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.util.LinkedHashMap;
import java.util.Map;

/** A request is answered with an error. The message is sent to the client. */
public final class HttpError extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final transient Map<String, Object> details;
    private final transient Map<String, String> headers = new LinkedHashMap<>();

    public HttpError(int status, String message) {
        this(status, message, Map.of());
    }

    public HttpError(int status, String message, Map<String, Object> details) {
        super(message, null, false, false);
        this.status = status;
        this.details = details;
    }

    /** The request is invalid; the message says what is allowed. */
    public static HttpError badRequest(String message) {
        return new HttpError(400, message);
    }

    /** The request may succeed when it is repeated after a while. */
    public static HttpError unavailable(String message, Map<String, Object> details, int retryAfterSeconds) {
        return new HttpError(503, message, details)
                .with(Headers.RETRY_AFTER_STRING, Integer.toString(retryAfterSeconds));
    }

    public HttpError with(String name, String value) {
        headers.put(name, value);
        return this;
    }

    public int status() {
        return status;
    }

    public Map<String, String> headers() {
        return Map.copyOf(headers);
    }

    /** The response with this error; the body of a 503 contains the id of the request. */
    public Response response(String requestId) {
        Map<String, Object> shown = new LinkedHashMap<>(details);
        if (status == 503) { // A client may keep the body and not the headers
            shown.put("request_id", requestId);
        }
        Response response = Response.error(status, getMessage(), shown);
        for (Map.Entry<String, String> header : headers.entrySet()) {
            response = response.with(new HttpString(header.getKey()), header.getValue());
        }
        return response;
    }
}
