package app.rodmena.auth.http;

import app.rodmena.auth.wire.Json;
import app.rodmena.auth.wire.NaiveUtc;
import java.time.Instant;

/**
 * A wrapped answer that is always the same but for its time: rendered once, stamped whenever it is given. Immutable.
 */
final class Stamped {
    /** What follows the time, which is last. */
    private static final String END = "\"}";

    private final byte[] json;

    Stamped(String message, Object data) {
        json = Json.bytes(new Shapes.Wrapped(true, 200, message, data, Instant.EPOCH));
    }

    /** The answer as given now. */
    Answer now() {
        byte[] stamped = json.clone();
        NaiveUtc.write(Instant.now(), stamped, stamped.length - END.length() - NaiveUtc.LENGTH);
        return Answer.json(200, stamped);
    }
}
