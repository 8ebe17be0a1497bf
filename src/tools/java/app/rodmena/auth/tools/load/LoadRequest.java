package app.rodmena.auth.tools.load;

import app.rodmena.auth.common.Json;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.undertow.client.ClientRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** A request and the validator of its response. Used on the I/O thread only. */
record LoadRequest(ClientRequest request, ResponseCheck responseCheck) {
    /** Validates responses. */
    @FunctionalInterface
    interface ResponseCheck {
        /**
         * Returns what is wrong with a response, if anything.
         *
         * @param body the body from its position to its limit; valid during the call only
         */
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
}
