package app.rodmena.auth.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Validates responses. The first correct response is parsed as JSON; a response with the same bytes, except for its
 * timestamp, is correct without being parsed, because a driver that parses every response measures itself.
 */
final class ResponseValidator implements LoadRequest.Judge {
    private static final int OK = 200;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TIME = ",\"timestamp\"";

    private final Predicate<JsonNode> says;
    private byte[] known = {};

    /** Whether {@link #known} ends at the timestamp, or is the whole response. */
    private boolean timed;

    ResponseValidator(Predicate<JsonNode> says) {
        this.says = says;
    }

    @Override
    public Optional<RequestFailure> judge(int status, ByteBuffer body) {
        if (status != OK) {
            return Optional.of(RequestFailure.answered(LoadFailure.STATUS, status, body));
        }
        if (isKnown(body)) {
            return Optional.empty();
        }
        byte[] bytes = new byte[body.remaining()];
        body.duplicate().get(bytes);
        if (!isRight(bytes)) {
            return Optional.of(RequestFailure.answered(LoadFailure.WRONG_ANSWER, status, body));
        }
        remember(bytes);
        return Optional.empty();
    }

    private boolean isKnown(ByteBuffer body) {
        int length = known.length;
        if (length == 0 || (timed ? body.remaining() <= length : body.remaining() != length)) {
            return false;
        }
        ByteBuffer beginning = body.duplicate().limit(body.position() + length);
        return beginning.equals(ByteBuffer.wrap(known)) && body.get(body.limit() - 1) == '}';
    }

    private boolean isRight(byte[] bytes) {
        try {
            return says.test(JSON.readTree(bytes));
        } catch (IOException e) {
            return false;
        }
    }

    private void remember(byte[] bytes) {
        int time = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(TIME);
        timed = time >= 0;
        known = timed ? Arrays.copyOf(bytes, time) : bytes;
    }
}
