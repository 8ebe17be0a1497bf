package app.rodmena.auth.api;

import app.rodmena.auth.http.ApiJson;
import app.rodmena.auth.http.Response;
import app.rodmena.auth.http.UtcTimestampFormat;
import java.time.Instant;

/**
 * A wrapped response that differs only in its timestamp: serialized once, with the current time written into each copy.
 * Immutable.
 */
final class TimestampedResponse {
    /** The text after the timestamp, which is the last field. */
    private static final String END = "\"}";

    private final byte[] json;

    TimestampedResponse(String message, Object data) {
        json = ApiJson.bytes(new ResponseBodies.Wrapped(true, 200, message, data, Instant.EPOCH));
    }

    /** The response with the current time. */
    Response now() {
        byte[] stamped = json.clone();
        UtcTimestampFormat.write(Instant.now(), stamped, stamped.length - END.length() - UtcTimestampFormat.LENGTH);
        return Response.json(200, stamped);
    }
}
