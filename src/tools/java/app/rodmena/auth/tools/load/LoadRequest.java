package app.rodmena.auth.tools.load;

import io.undertow.client.ClientRequest;
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
}
