package app.rodmena.auth.tools.load;

import app.rodmena.auth.common.Json;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.undertow.client.ClientRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Predicate;

/** A request and the validator of its response. Used on the I/O thread only. */
record LoadRequest(ClientRequest request, ResponseCheck responseCheck) {
    @FunctionalInterface
    interface ResponseCheck {
        /** Returns what is wrong with a response, if anything; the body is valid during the call only. */
        Optional<RequestFailure> check(int status, ByteBuffer body);
    }

    /** A body as JSON; a missing node if it is none. */
    static JsonNode json(ByteBuffer body) {
        try {
            byte[] bytes = new byte[body.remaining()];
            body.duplicate().get(bytes);
            return Json.MAPPER.readTree(bytes);
        } catch (IOException e) {
            return MissingNode.getInstance();
        }
    }

    /**
     * Validates responses. The first correct response is parsed as JSON; a response with the same bytes, except for its
     * timestamp, is correct without being parsed, because a driver that parses every response measures itself.
     */
    static final class ResponseValidator implements ResponseCheck {
        private static final int OK = 200;
        private static final String TIMESTAMP = ",\"timestamp\"";

        private final Predicate<JsonNode> expected;
        private byte[] correctBytes = {};

        /** Whether {@link #correctBytes} ends at the timestamp, or is the whole response. */
        private boolean hasTimestamp;

        ResponseValidator(Predicate<JsonNode> expected) {
            this.expected = expected;
        }

        @Override
        public Optional<RequestFailure> check(int status, ByteBuffer body) {
            if (status != OK) {
                return Optional.of(RequestFailure.answered(RequestFailure.Kind.STATUS, status, body));
            }
            if (matchesCorrect(body)) {
                return Optional.empty();
            }
            JsonNode json = json(body);
            if (json.isMissingNode() || !expected.test(json)) {
                return Optional.of(RequestFailure.answered(RequestFailure.Kind.WRONG_ANSWER, status, body));
            }
            byte[] bytes = new byte[body.remaining()];
            body.duplicate().get(bytes);
            remember(bytes);
            return Optional.empty();
        }

        private boolean matchesCorrect(ByteBuffer body) {
            int length = correctBytes.length;
            if (length == 0 || (hasTimestamp ? body.remaining() <= length : body.remaining() != length)) {
                return false;
            }
            ByteBuffer prefix = body.duplicate().limit(body.position() + length);
            return prefix.equals(ByteBuffer.wrap(correctBytes)) && body.get(body.limit() - 1) == '}';
        }

        private void remember(byte[] bytes) {
            int end = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(TIMESTAMP);
            hasTimestamp = end >= 0;
            correctBytes = hasTimestamp ? Arrays.copyOf(bytes, end) : bytes;
        }
    }
}
