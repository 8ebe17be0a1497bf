package app.rodmena.auth.http;

import app.rodmena.auth.wire.UtcTimestampFormat;
import app.rodmena.auth.wire.WireJson;
import java.time.Instant;

/**
 * A wrapped answer that is always the same but for its time: rendered once, stamped whenever it is given. Immutable.
 */
final class TimestampedResponse {
    /** What follows the time, which is last. */
    private static final String END = "\"}";

    private final byte[] json;

    TimestampedResponse(String message, Object data) {
        json = WireJson.bytes(new ResponseBodies.Wrapped(true, 200, message, data, Instant.EPOCH));
    }

    /** The answer as given now. */
    Response now() {
        byte[] stamped = json.clone();
        UtcTimestampFormat.write(Instant.now(), stamped, stamped.length - END.length() - UtcTimestampFormat.LENGTH);
        return Response.json(200, stamped);
    }
}
