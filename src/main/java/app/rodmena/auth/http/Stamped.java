package app.rodmena.auth.http;

import java.time.Instant;

/**
 * A wrapped answer that is always the same but for its time: rendered once, stamped whenever it is given. Immutable.
 */
final class Stamped {
    /** What follows the time, which is last. */
    private static final String END = "\"}";

    private final byte[] json;

    Stamped(String message, Object data) {
        json = Json.bytes(new Json.Wrapped(true, 200, message, data, Instant.EPOCH));
    }

    /** The answer as given now. */
    Answer now() {
        byte[] stamped = json.clone();
        WireTime.write(Instant.now(), stamped, stamped.length - END.length() - WireTime.LENGTH);
        return Answer.json(200, stamped);
    }
}
